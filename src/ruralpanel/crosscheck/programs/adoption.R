# Estimators of staggered adoption by lm, with what clusters contribute to their errors.

# The outcome without treatment, fitted on untreated rows: the effect with the most levels goes by its means over these,
# the others as dummies. `through` are the weights that outcomes of untreated rows have by what is fitted.
untreated_outcome <- function(data, untreated, effects, regressors, weights, most = 1500) {
  p <- prepared(data, effects, list(), c(), weights)
  w <- p$weights * untreated
  largest <- if (length(p$effects) > 0) which.max(vapply(p$effects, max, 0)) else 0
  group <- if (largest > 0) p$effects[[largest]] else rep(1L, nrow(data))
  others <- p$effects[setdiff(seq_along(p$effects), largest)]
  if (sum(vapply(others, max, 0)) > most) stop("fixed effects have too many levels")
  total <- rowsum(w, group)[, 1]
  out <- function(v) v - (rowsum(v * w, group) / total)[group, , drop = FALSE]
  scaled <- lapply(regressors, function(name) data[[name]] / max(sd(data[[name]]), 1e-300))
  dummies <- lapply(others, function(each) diag(max(each))[each, , drop = FALSE])
  x <- do.call(cbind, c(dummies, scaled, list(matrix(0, nrow(data), 0))))
  left <- out(as.matrix(data$made_y))[, 1]
  x <- out(x)
  decomposed <- qr(sqrt(w[untreated]) * x[untreated, , drop = FALSE], tol = 1e-8)
  x <- x[, sort(decomposed$pivot[seq_len(decomposed$rank)]), drop = FALSE]
  fitted_there <- if (ncol(x) == 0) 0 else {
    fit <- lm(left ~ 0 + x, weights = p$weights, subset = untreated)
    drop(x %*% coef(fit))
  }
  inverse <- if (ncol(x) > 0) chol2inv(chol(crossprod(sqrt(w) * x)))
  through <- function(v) {
    means <- rowsum(v, group) / total
    if (ncol(x) > 0) means <- means[group, , drop = FALSE] + x %*% (inverse %*% crossprod(x, v)) else means <- means[group, , drop = FALSE]
    -w * means
  }
  list(left = left - fitted_there, weights = p$weights, through = through)
}

shares <- function(over, weights) {
  v <- over * weights
  sweep(v, 2, colSums(v), "/")
}

keep_averages <- function(estimates, contributed, cluster, times, treatment) {
  errors <- sqrt(colSums(rowsum(contributed, cluster)^2))
  keep(estimates, errors, nrow(contributed), "lm", treatment, event_time = times)
}

# Borusyak, Jaravel and Spiess (2024): theorem 1, and the errors of section 4.3 with clusters for units, in which effects
# are compared with means by cohort and event time. Leads are a regression on untreated rows (section 4.4).
imputation <- function(data, treatment, cohort, event_time, begins, reference, window, leads, regressors, effects,
                       slopes, clusters, weights, small_sample, variance, unit, period) {
  e <- data[[event_time]]
  untreated <- is.na(e) | e < begins
  treated <- !untreated
  model <- untreated_outcome(data, untreated, effects, regressors, weights)
  cluster <- data[[clusters]]
  what <- averages_over(e, begins, window)
  v <- shares(what$over, model$weights)
  cell <- paste(data[[cohort]], e)
  of_cluster <- paste(cell, cluster, sep = "\r")
  sums <- rowsum(cbind(model$weights, model$weights * model$left)[treated, ], of_cluster[treated])
  of_cell <- cell[match(rownames(sums), of_cluster)]
  parts <- rowsum(cbind(sums[, 1] * sums[, 2], sums[, 1]^2), of_cell)
  centred <- model$left
  centred[treated] <- centred[treated] - (parts[, 1] / parts[, 2])[cell[treated]]
  contributed <- v * centred
  contributed[untreated, ] <- (model$through(v) * model$left)[untreated, ]
  keep_averages(crossprod(v, model$left), contributed, cluster, what$times, treatment)
  if (length(leads) == 0) return(invisible(NULL))
  rest <- data[untreated, ]
  x <- cbind(sapply(leads, function(each) as.numeric(rest[[event_time]] %in% each)), as.matrix(rest[regressors]))
  found <- least_squares(rest, x, effects, slopes, clusters, weights, small_sample, variance, unit, period)
  n <- seq_along(leads)
  keep(found$b[n], sqrt(diag(found$v))[n], found$rows, found$program, treatment, event_time = leads)
}

# Gardner (2022): the two stages as one generalised method of moments.
two_stage <- function(data, treatment, cohort, event_time, begins, reference, window, leads, regressors, effects, slopes,
                      clusters, weights, small_sample, variance, unit, period) {
  e <- data[[event_time]]
  untreated <- is.na(e) | e < begins
  model <- untreated_outcome(data, untreated, effects, regressors, weights)
  what <- averages_over(e, -Inf, window)
  v <- shares(what$over, model$weights)
  estimates <- drop(crossprod(v, model$left))
  contributed <- v * outer(model$left, estimates, "-") + model$through(v) * model$left
  keep_averages(estimates, contributed, data[[clusters]], what$times, treatment)
}

# Wing, Freedman and Hollingsworth (2024): fixed effects once a sub-experiment.
stacked <- function(data, treatment, cohort, event_time, begins, reference, window, leads, regressors, effects, slopes,
                    clusters, weights, small_sample, variance, unit, period) {
  stack <- stack_of(data, cohort, begins, window, weights, period)
  times <- setdiff(sort(unique(stack$made_since[stack$made_treated == 1])), reference)
  x <- sapply(times, function(each) stack$made_treated * (stack$made_since == each))
  found <- least_squares(
    stack, cbind(x, as.matrix(stack[regressors])), lapply(effects, c, "made_stack"), slopes, clusters, "made_weight",
    small_sample, variance, unit, period
  )
  n <- seq_along(times)
  keep(found$b[n], sqrt(diag(found$v))[n], found$rows, found$program, treatment, event_time = times)
  after <- c(times >= 0, rep(FALSE, length(regressors)))
  if (any(after) && !anyNA(found$b[after])) keep_sums(found, rbind(after / sum(after)), treatment)
}

# Dube, Girardi, Jorda and Taylor (2025): one regression an event time, and one of all from 0 on.
local_projections <- function(data, treatment, cohort, event_time, begins, reference, window, leads, regressors, effects,
                              slopes, clusters, weights, small_sample, variance, unit, period) {
  beside <- effects[!vapply(effects, identical, TRUE, unit)]
  project <- function(horizons, ...) {
    rows <- long_differences(data, cohort, begins, reference, horizons, regressors, unit, period)
    if (length(unique(rows$made_newly)) < 2) return(invisible(NULL))
    x <- cbind(rows$made_newly, as.matrix(rows[regressors]))
    found <- least_squares(rows, x, beside, slopes, clusters, weights, small_sample, variance, unit, period)
    keep(found$b[1], sqrt(found$v[1, 1]), found$rows, found$program, treatment, ...)
  }
  for (h in setdiff(window[1]:window[2], reference)) project(h, event_time = h)
  if (window[2] >= 0) project(0:window[2])
}

# Goodman-Bacon (2021): a regression of two groups in the periods before and after one of them is treated counts by its
# rows, times what units and periods leave of its treatment (equations 10e to 10g).
bacon_decomposition <- function(data, treatment, cohort, event_time, begins, reference, window, leads, regressors,
                                effects, slopes, clusters, weights, small_sample, variance, unit, period) {
  t <- data[[period]]
  g <- data[[cohort]]
  group <- ifelse(is.na(g) | g > max(t), Inf, ifelse(g <= min(t), -Inf, g))
  regressed <- function(rows, d) {
    left <- left_by(cbind(data$made_y, d)[rows, ], list(levels_of(data[rows, ], unit), levels_of(data[rows, ], period)), list(), rep(1, sum(rows)))
    c(coef(lm(left[, 1] ~ 0 + left[, 2])), sum(left[, 2]^2) * sum(rows))
  }
  found <- NULL
  compare <- function(own, other, between, kind) {
    rows <- group %in% c(own, other) & between
    at <- regressed(rows, as.numeric(group == own & t >= own))
    found <<- rbind(found, data.frame(kind = kind, estimate = at[1], size = at[2]))
  }
  cohorts <- sort(unique(group[is.finite(group)]))
  for (one in cohorts) {
    if (any(group == Inf)) compare(one, Inf, TRUE, "treated, beside never treated")
    if (any(group == -Inf)) compare(one, -Inf, TRUE, "treated, beside always treated")
    for (later in cohorts[cohorts > one]) {
      if (!any(t >= one & t < later)) next
      compare(one, later, t < later, "earlier treated, beside later treated")
      compare(later, one, t >= one, "later treated, beside earlier treated")
    }
  }
  for (kind in unique(found$kind)) {
    of <- found[found$kind == kind, ]
    keep(weighted.mean(of$estimate, of$size), NA, nrow(data), "lm", kind)
  }
  all <- regressed(rep(TRUE, nrow(data)), as.numeric(group <= t))
  keep(all[1], NA, nrow(data), "lm", treatment)
}

# Changes on changes, with the effects that differences leave.
regression_of_changes <- function(data, x, effects, slopes, clusters, weights, small_sample, variance, unit, period) {
  columns <- data.frame(made_y = data$made_y, x)
  changed <- changes_of(data, columns, unit, period)
  least_squares(
    changed, changed[names(columns)[-1]], effects, slopes, clusters, weights, small_sample, variance, unit, period
  )
}
