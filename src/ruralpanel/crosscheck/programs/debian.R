# Regressions with fixed effects by plm, stats::lm and stats::glm, with covariances by clubSandwich and sandwich.
# These are all that Debian has; the other form of the same block is written for fixest and did.

suppressPackageStartupMessages({
  library(plm)
  library(sandwich)
  library(clubSandwich)
})

# --- Fixed effects -------------------------------------------------------------------------------------------------

levels_of <- function(data, columns) {
  as.integer(factor(do.call(paste, c(data[columns], sep = "\r"))))
}

# What fixed effects and slopes within them leave of columns. The effect with the most levels goes by its means and by
# regressions within its levels, the others as dummies of which that has been taken out (Frisch and Waugh 1933). Where
# these are too many for a matrix, effects go in turn until nothing moves.
left_by <- function(x, effects, slopes, weights, most = 500) {
  x <- as.matrix(x)
  if (length(effects) == 0) return(sweep(x, 2, colSums(x * weights) / sum(weights)))
  sizes <- vapply(effects, max, 0)
  first <- which.max(sizes)
  out <- function(values, number) {
    group <- effects[[number]]
    total <- rowsum(weights, group)[, 1]
    mean_out <- function(v) v - (rowsum(v * weights, group) / total)[group, , drop = FALSE]
    values <- mean_out(as.matrix(values))
    own <- NULL
    for (slope in slopes[vapply(slopes, function(each) each$effect == number, TRUE)]) {
      s <- mean_out(as.matrix(slope$values))
      if (!is.null(own)) for (k in seq_len(ncol(own))) s <- s - within_slope(s, own[, k], group)
      own <- cbind(own, s)
      values <- values - within_slope(values, s[, 1], group)
    }
    values
  }
  within_slope <- function(v, s, group) {
    below <- rowsum(weights * s^2, group)[, 1]
    size <- rowsum(weights, group)[, 1] * max(abs(s))^2
    slope <- rowsum(v * (weights * s), group) / ifelse(below > 1e-20 * size, below, Inf)
    slope[group, , drop = FALSE] * s
  }
  x <- out(x, first)
  others <- setdiff(seq_along(effects), first)
  if (length(others) == 0) return(x)
  if (sum(sizes[others]) <= most) {
    root <- sqrt(weights)
    dummies <- do.call(cbind, lapply(others, function(number) {
      d <- diag(sizes[number])[effects[[number]], , drop = FALSE]
      own <- slopes[vapply(slopes, function(each) each$effect == number, TRUE)]
      do.call(cbind, c(list(d), lapply(own, function(each) d * each$values)))
    }))
    decomposed <- qr(root * out(dummies, first), tol = 1e-9)
    return(qr.resid(decomposed, root * x) / root)
  }
  scale <- sqrt(colMeans(x^2))
  for (step in 1:20000) {
    before <- x
    for (number in c(others, first)) x <- out(x, number)
    if (all(sqrt(colMeans((x - before)^2)) <= 1e-13 * scale)) return(x)
  }
  stop("fixed effects do not settle")
}

# --- The correction for small samples ------------------------------------------------------------------------------

# The coefficients that count: those of the right-hand side, and the levels of fixed effects, one less for each effect
# beyond the first. With `nested`, effects whose levels lie within clusters are one coefficient together.
counted <- function(terms, effects, slopes, clusters, nested) {
  within <- vapply(effects, function(e) nested && any(vapply(clusters, function(g) {
    max(rowSums(table(e, g) > 0)) == 1
  }, TRUE)), TRUE)
  sizes <- vapply(effects, max, 0)
  counting <- sum(sizes[!within])
  less <- max(length(effects) - sum(within) - (if (any(within)) 0 else 1), 0)
  constant <- if (length(effects) == 0) 1 else 0
  of_slopes <- sum(vapply(slopes, function(each) sizes[each$effect], 0))
  terms + constant + min(sum(within), 1) + counting - less + of_slopes
}

factor_of <- function(small_sample, rows, terms, effects, slopes, clusters) {
  if (small_sample == "none") return(1)
  k <- counted(terms, effects, slopes, clusters, small_sample != "fixest_full" && length(clusters) > 0)
  if (length(clusters) == 0) return(rows / (rows - k))
  groups <- min(vapply(clusters, function(g) length(unique(g)), 0))
  groups / (groups - 1) * (rows - 1) / (rows - k)
}

# --- Regressions ---------------------------------------------------------------------------------------------------

# Effects are lists of columns; slopes give the number of their effect and a column. Effects of one level are the
# constant. What is collinear has no coefficient.
prepared <- function(data, effects, slopes, clusters, weights) {
  codes <- lapply(effects, function(each) levels_of(data, each))
  sloping <- vapply(slopes, function(each) each$effect, 0)
  kept <- which(vapply(codes, max, 0) > 1 | seq_along(codes) %in% sloping)
  list(
    effects = codes[kept], names = effects[kept],
    slopes = lapply(slopes, function(each) {
      list(effect = match(each$effect, kept), values = data[[each$column]], column = each$column)
    }),
    clusters = lapply(clusters, function(each) data[[each]]),
    weights = if (is.null(weights)) rep(1, nrow(data)) else data[[weights]] / mean(data[[weights]])
  )
}

independent <- function(left, before, weights) {
  # Columns of which effects and the columns before them leave something.
  size <- sqrt(colSums(before^2 * weights))
  chosen <- which(sqrt(colSums(left^2 * weights)) > 1e-7 * pmax(size, 1e-300))
  if (length(chosen) == 0) stop("nothing is left of the right-hand side")
  scaled <- sweep(left[, chosen, drop = FALSE] * sqrt(weights), 2, sqrt(colSums(left[, chosen, drop = FALSE]^2 * weights)), "/")
  decomposed <- qr(scaled, tol = 1e-7)
  chosen[sort(decomposed$pivot[seq_len(decomposed$rank)])]
}

spread <- function(fit, clusters, variance, k_rows) {
  if (variance == "homoskedastic") {
    w <- if (is.null(weights(fit))) 1 else weights(fit)
    return(summary(fit)$cov.unscaled * sum(w * residuals(fit)^2) / k_rows)
  }
  if (length(clusters) == 0) return(vcovHC(fit, type = "HC0"))
  vcovCL(fit, cluster = as.data.frame(clusters, col.names = paste0("c", seq_along(clusters))), type = "HC0", cadjust = FALSE)
}

# Pairs of places within a distance (Conley 1999): scores are added up by place, whatever their periods.
spatial <- function(fit, latitude, longitude, cutoff, kernel, radius) {
  place <- levels_of(data.frame(latitude, longitude), c("latitude", "longitude"))
  sums <- rowsum(estfun(fit), place)
  first <- match(as.integer(rownames(sums)), place)
  lat <- latitude[first] * pi / 180
  lon <- longitude[first] * pi / 180
  h <- outer(lat, lat, function(a, b) sin((a - b) / 2)^2) +
    outer(cos(lat), cos(lat)) * outer(lon, lon, function(a, b) sin((a - b) / 2)^2)
  distance <- 2 * radius * asin(pmin(sqrt(h), 1))
  weight <- if (kernel == "uniform") (distance <= cutoff) * 1 else pmax(1 - distance / cutoff, 0)
  inverse <- bread(fit) / nobs(fit)
  v <- inverse %*% (t(sums) %*% weight %*% sums) %*% inverse
  if (all(diag(v) > 0)) return(v)
  # A sum over pairs need not be a variance: eigenvalues are raised as fixest does it.
  e <- eigen((v + t(v)) / 2, symmetric = TRUE)
  values <- pmax(e$values, min(1e-10, 1e-4 * max(abs(e$values))))
  e$vectors %*% (values * t(e$vectors))
}

found_by <- function(b, v, rows, program) list(b = b, v = v, rows = rows, program = program)

# Least squares: by plm where there are no weights and no slopes and the effects of the unit are among them, else by lm
# on what effects leave.
least_squares <- function(data, x, effects, slopes = list(), clusters = c(), weights = NULL, small_sample = "fixest",
                          variance = "clustered", unit, period, near = NULL) {
  p <- prepared(data, effects, slopes, clusters, weights)
  x <- as.matrix(x)
  left <- left_by(cbind(data$made_y, x), p$effects, p$slopes, p$weights)
  chosen <- independent(left[, -1, drop = FALSE], x, p$weights)
  data$made_x <- x[, chosen, drop = FALSE]
  of_unit <- which(vapply(p$names, identical, TRUE, unit))
  dummies <- setdiff(seq_along(p$effects), of_unit)
  plain <- is.null(weights) && length(p$slopes) == 0 && length(of_unit) == 1 && variance == "clustered"
  sizes <- vapply(p$effects, max, 0)
  by_plm <- plain && length(clusters) == 1 && ncol(x) <= 30 && sum(sizes[dummies]) <= 200 &&
    anyDuplicated(data[c(unit, period)]) == 0
  multiple <- factor_of(small_sample, nrow(data), length(chosen), p$effects, p$slopes, p$clusters)
  if (by_plm) {
    columns <- paste0("x", seq_along(chosen))
    frame <- data.frame(data[c(unit, period, "made_y")], setNames(as.data.frame(data$made_x), columns))
    further <- do.call(cbind, lapply(dummies, function(number) diag(sizes[number])[p$effects[[number]], , drop = FALSE]))
    right <- columns
    if (length(dummies) > 0) {
      # Those that units and others among them leave something of, for clubSandwich takes no aliased coefficients.
      own <- qr(left_by(further, p$effects[of_unit], list(), p$weights), tol = 1e-9)
      further <- further[, sort(own$pivot[seq_len(own$rank)]), drop = FALSE]
      colnames(further) <- paste0("f", seq_len(ncol(further)))
      frame <- cbind(frame, further)
      right <- c(columns, colnames(further))
    }
    # With values in the call, for clubSandwich evaluates parts of it again.
    fit <- do.call(plm, list(
      reformulate(right, "made_y"), data = frame, index = c(unit, period), model = "within", effect = "individual"
    ))
    type <- if (small_sample == "cr2") "CR2" else "CR0"
    order_in_fit <- match(paste(index(fit)[[1]], index(fit)[[2]]), paste(data[[unit]], data[[period]]))
    v <- as.matrix(vcovCR(fit, cluster = p$clusters[[1]][order_in_fit], type = type))
    if (small_sample == "cr2") {
      if (max(rowSums(table(data[[unit]], p$clusters[[1]]) > 0)) > 1) stop("CR2 is had where units are within clusters")
      multiple <- 1
    }
    b <- coef(fit)[columns]
    v <- v[columns, columns, drop = FALSE] * multiple
    program <- versions("plm", "clubSandwich")
  } else {
    if (small_sample == "cr2") stop("CR2 is had where plm is")
    y <- left[, 1]
    z <- left[, -1, drop = FALSE][, chosen, drop = FALSE]
    fit <- lm(y ~ 0 + z, weights = p$weights)
    v <- if (is.null(near)) spread(fit, p$clusters, variance, nrow(data)) * multiple else {
      do.call(spatial, c(list(fit), near))
    }
    b <- coef(fit)
    program <- paste0("lm, ", versions("sandwich"))
  }
  placed(b, v, chosen, ncol(x), nrow(data), program)
}

placed <- function(b, v, chosen, columns, rows, program) {
  every <- rep(NA_real_, columns)
  matrix_of_all <- matrix(NA_real_, columns, columns)
  every[chosen] <- b
  matrix_of_all[chosen, chosen] <- v
  found_by(every, matrix_of_all, rows, program)
}

# Poisson regression: weighted least squares of the working outcome, again until fitted means stay (Correia, Guimaraes
# and Zylkin 2020, section 2). Levels of effects with nothing but zeros leave first.
poisson_regression <- function(data, x, effects, slopes = list(), clusters = c(), weights = NULL,
                               small_sample = "fixest", variance = "clustered", unit, period) {
  zero <- rep(FALSE, nrow(data))
  for (each in effects) zero <- zero | ave(data$made_y, levels_of(data, each), FUN = max) == 0
  data <- data[!zero, ]
  x <- as.matrix(x)[!zero, , drop = FALSE]
  p <- prepared(data, effects, slopes, clusters, weights)
  mean_of <- (data$made_y + weighted.mean(data$made_y, p$weights)) / 2
  fitted_log <- log(mean_of)
  for (step in 1:200) {
    w <- p$weights * mean_of
    working <- fitted_log + (data$made_y - mean_of) / mean_of
    left <- left_by(cbind(working, x), p$effects, p$slopes, w)
    if (step == 1) chosen <- independent(left[, -1, drop = FALSE], x, w)
    y <- left[, 1]
    z <- left[, -1, drop = FALSE][, chosen, drop = FALSE]
    fit <- lm(y ~ 0 + z, weights = w)
    new <- working - residuals(fit)
    change <- max(abs(new - fitted_log))
    fitted_log <- new
    mean_of <- exp(fitted_log)
    if (change < 1e-9) break
  }
  if (change >= 1e-9) stop("fitted means do not settle")
  v <- spread(fit, p$clusters, variance, nrow(data)) *
    factor_of(small_sample, nrow(data), length(chosen), p$effects, p$slopes, p$clusters)
  placed(coef(fit), v, chosen, ncol(x), nrow(data), paste0("lm, ", versions("sandwich")))
}

# Complementary log-log regression by glm, with effects as dummies. Levels of effects whose outcomes are all the same
# leave first, again until none is left.
cloglog_regression <- function(data, x, effects, slopes = list(), clusters = c(), weights = NULL,
                               small_sample = "fixest", variance = "clustered", unit, period) {
  x <- as.matrix(x)
  repeat {
    settled <- rep(FALSE, nrow(data))
    for (each in effects) {
      level <- levels_of(data, each)
      settled <- settled | ave(data$made_y, level, FUN = min) == ave(data$made_y, level, FUN = max)
    }
    if (!any(settled)) break
    data <- data[!settled, ]
    x <- x[!settled, , drop = FALSE]
  }
  p <- prepared(data, effects, slopes, clusters, NULL)
  w <- if (is.null(weights)) rep(1, nrow(data)) else data[[weights]]
  dummies <- lapply(p$effects, function(each) model.matrix(~ factor(each))[, -1, drop = FALSE])
  others <- do.call(cbind, c(list(rep(1, nrow(data))), dummies))
  chosen <- independent(qr.resid(qr(others), x), x, p$weights)
  size <- sqrt(colMeans(x[, chosen, drop = FALSE]^2))
  z <- cbind(sweep(x[, chosen, drop = FALSE], 2, size, "/"), others)
  outcome <- data$made_y
  fit <- suppressWarnings(glm(outcome ~ 0 + z, family = binomial("cloglog"), weights = w, control = list(epsilon = 1e-14, maxit = 200)))
  v <- spread(fit, p$clusters, variance, nrow(data))
  of_terms <- seq_along(chosen)
  multiple <- factor_of(small_sample, nrow(data), length(chosen), p$effects, p$slopes, p$clusters)
  if (length(p$effects) == 0) multiple <- factor_of(small_sample, nrow(data), length(chosen), list(), list(), p$clusters)
  v <- v[of_terms, of_terms, drop = FALSE] * multiple / outer(size, size)
  placed(coef(fit)[of_terms] / size, v, chosen, ncol(x), nrow(data), paste0("glm, ", versions("sandwich")))
}

# Two-stage least squares on what effects leave: `endogenous` are the numbers of columns that have instruments.
two_stage_least_squares <- function(data, x, instruments, endogenous, effects, slopes = list(), clusters = c(),
                                    weights = NULL, small_sample = "fixest", variance = "clustered", unit, period) {
  p <- prepared(data, effects, slopes, clusters, weights)
  x <- as.matrix(x)
  z <- as.matrix(instruments)
  left <- left_by(cbind(data$made_y, x, z), p$effects, p$slopes, p$weights)
  right <- left[, 1 + seq_len(ncol(x)), drop = FALSE]
  outside <- cbind(right[, -endogenous, drop = FALSE], left[, -seq_len(1 + ncol(x)), drop = FALSE])
  y <- left[, 1]
  hat <- fitted(lm(right ~ 0 + outside, weights = p$weights))
  hat <- matrix(hat, nrow(data))
  fit <- lm(y ~ 0 + hat, weights = p$weights)
  residual <- y - right %*% coef(fit)
  scores <- hat * as.vector(p$weights * residual)
  bread <- solve(crossprod(hat * sqrt(p$weights)))
  meat <- if (length(p$clusters) == 0) crossprod(scores) else {
    total <- 0
    for (g in p$clusters) total <- total + crossprod(rowsum(scores, g))
    if (length(p$clusters) > 1) total <- total - crossprod(rowsum(scores, do.call(paste, p$clusters)))
    total
  }
  v <- bread %*% meat %*% bread * factor_of(small_sample, nrow(data), ncol(x), p$effects, p$slopes, p$clusters)
  placed(coef(fit), v, seq_len(ncol(x)), ncol(x), nrow(data), "lm")
}

keep_columns <- function(found, place) {
  keep(
    found$b, sqrt(pmax(diag(found$v), 0)), found$rows, found$program,
    place$term, place$event_time, place$cohort, place$period
  )
}

keep_sums <- function(found, multiples, term) {
  used <- which(colSums(multiples != 0) > 0)
  m <- multiples[, used, drop = FALSE]
  estimate <- m %*% found$b[used]
  error <- sqrt(pmax(rowSums((m %*% found$v[used, used, drop = FALSE]) * m), 0))
  keep(estimate, error, found$rows, found$program, term)
}

# --- Averages over cohorts (Sun and Abraham 2021) ------------------------------------------------------------------

by_cohort <- function(data, treatment, cohort, event_time, reference, window, effects, slopes = list(), clusters = c(),
                      weights = NULL, small_sample = "fixest", variance = "clustered", unit, period) {
  g <- data[[cohort]]
  e <- data[[event_time]]
  cells <- unique(data.frame(g = g, e = e)[!is.na(g), ])
  both <- tapply(cells$e, cells$g, function(each) any(each < 0) && any(each >= 0))
  cells <- cells[cells$g %in% as.numeric(names(both)[both]) & cells$e != reference, ]
  cells <- cells[order(cells$e, cells$g), ]
  x <- sapply(seq_len(nrow(cells)), function(k) as.numeric(g %in% cells$g[k] & e %in% cells$e[k]))
  found <- least_squares(data, x, effects, slopes, clusters, weights, small_sample, variance, unit, period)
  size <- colSums(x * (if (is.null(weights)) 1 else data[[weights]]))
  average <- function(chosen, ...) {
    chosen <- chosen & !is.na(found$b)
    if (!any(chosen)) return(invisible(NULL))
    share <- size[chosen] / sum(size[chosen])
    v <- found$v[chosen, chosen, drop = FALSE]
    keep(sum(share * found$b[chosen]), sqrt(drop(t(share) %*% v %*% share)), found$rows, found$program, treatment, ...)
  }
  for (each in sort(unique(cells$e))) {
    if (each >= window[1] && each <= window[2]) average(cells$e == each, event_time = each)
  }
  average(cells$e >= 0)
  for (each in sort(unique(cells$g))) average(cells$g == each & cells$e >= 0, cohort = each)
}

# --- Cells of cohort and treated period (Wooldridge 2021) ------------------------------------------------------------

treated_cells <- function(data, treatment, cohort, event_time, begins, highest, effects, slopes = list(),
                          clusters = c(), weights = NULL, small_sample = "fixest", variance = "clustered", unit, period) {
  e <- data[[event_time]]
  treated <- !is.na(e) & e >= begins
  cell <- ifelse(treated, paste(data[[cohort]], e), NA)
  cells <- sort(unique(cell[treated]))
  x <- sapply(cells, function(each) as.numeric(cell %in% each))
  found <- least_squares(data, x, effects, slopes, clusters, weights, small_sample, variance, unit, period)
  w <- if (is.null(weights)) rep(1, nrow(data)) else data[[weights]]
  average <- function(rows, ...) {
    share <- colSums(x * (w * rows)) / sum(w[rows])
    used <- share > 0
    if (anyNA(found$b[used])) return(invisible(NULL))
    share <- share[used]
    v <- found$v[used, used, drop = FALSE]
    keep(sum(share * found$b[used]), sqrt(drop(t(share) %*% v %*% share)), found$rows, found$program, treatment, ...)
  }
  binned <- pmin(e, max(highest, begins))
  for (each in sort(unique(binned[treated]))) average(treated & binned == each, event_time = each)
  average(!is.na(e) & e >= 0)
}

# --- Effects by cohort and period (Callaway and Sant'Anna 2021) -----------------------------------------------------

# Each effect is a regression of two groups in two periods: of changes where units are seen in both, else of levels.
# What a cluster contributes to its error is the sum of the scores of its rows times the bread (sandwich::estfun).
group_times <- function(data, treatment, cohort, comparison, base_period, rows, anticipation, window,
                        observed_through = NULL, cluster, weights = NULL, unit, period) {
  program <- paste0("lm, ", versions("sandwich"))
  periods <- sort(unique(data[[period]]))
  units <- data[!duplicated(data[[unit]]), ]
  first <- ifelse(is.na(units[[cohort]]), Inf, units[[cohort]])
  weight <- if (is.null(weights)) rep(1, nrow(units)) else units[[weights]] / mean(units[[weights]])
  groups <- factor(units[[cluster]])
  place <- match(data[[unit]], units[[unit]])
  y <- matrix(NA_real_, nrow(units), length(periods))
  y[cbind(place, match(data[[period]], periods))] <- data$made_y
  changes <- rows == "balanced" || !anyNA(y)
  n <- nrow(units)
  by_cluster <- function(values) rowsum(values, groups)[, 1]
  compare <- function(g, at, base) {
    treated <- first == g
    control <- if (comparison == "never_treated") is.infinite(first) else {
      first > periods[max(at, base)] + anticipation & !treated
    }
    part <- which(treated | control)
    if (changes) {
      part <- part[!is.na(y[part, at]) & !is.na(y[part, base])]
      outcome <- y[part, at] - y[part, base]
      inside <- as.numeric(treated[part])
      if (length(unique(inside)) < 2) return(NULL)
      fit <- lm(outcome ~ inside, weights = weight[part])
    } else {
      part <- rep(part, 2)
      later <- rep(c(0, 1), each = length(part) / 2)
      outcome <- c(y[part[later == 0], base], y[part[later == 1], at])
      seen <- !is.na(outcome)
      part <- part[seen]
      later <- later[seen]
      outcome <- outcome[seen]
      inside <- as.numeric(treated[part])
      if (nrow(unique(cbind(later, inside))) < 4) return(NULL)
      fit <- lm(outcome ~ later * inside, weights = weight[part])
    }
    last <- length(coef(fit))
    scores <- estfun(fit) %*% (bread(fit)[, last] / length(outcome))
    contributed <- setNames(numeric(nlevels(groups)), levels(groups))
    sums <- rowsum(as.vector(scores), as.character(groups[part]))
    contributed[rownames(sums)] <- sums[, 1]
    list(effect = coef(fit)[[last]], contributed = contributed)
  }
  cells <- list()
  for (g in sort(unique(first[is.finite(first)]))) {
    for (at in seq_along(periods)) {
      before <- which(periods + anticipation < g)
      varying <- base_period == "varying" && periods[at] < g
      if (at == 1 && base_period == "varying") next
      base <- if (varying) at - 1 else if (length(before) > 0) max(before) else next
      if (base == at) {
        one <- list(effect = 0, contributed = setNames(numeric(nlevels(groups)), levels(groups)), zero = TRUE)
      } else {
        one <- compare(g, at, base)
        if (is.null(one)) next
        one$zero <- FALSE
      }
      cells[[length(cells) + 1]] <- c(one, list(g = g, t = periods[at], e = periods[at] - g))
    }
  }
  effect <- vapply(cells, function(each) each$effect, 0)
  g <- vapply(cells, function(each) each$g, 0)
  t <- vapply(cells, function(each) each$t, 0)
  e <- t - g
  zero <- vapply(cells, function(each) each$zero, TRUE)
  contributed <- sapply(cells, function(each) each$contributed)
  report <- function(estimate, errors, term = treatment, ...) {
    keep(estimate, sqrt(sum(errors^2)), nrow(data), program, term, ...)
  }
  # By the size of cohorts, which is estimated too (corollary 2).
  average <- function(effect, contributed, g, chosen) {
    size <- vapply(g[chosen], function(each) sum(weight[first == each]) / n, 0)
    estimate <- sum(size * effect[chosen]) / sum(size)
    above <- effect[chosen] - estimate
    member <- vapply(first, function(each) sum(above[g[chosen] == each]), 0) * weight
    of_sizes <- by_cluster((member - sum(size * above)) / sum(size) / n)
    of_effects <- contributed[, chosen, drop = FALSE] %*% (size / sum(size))
    list(effect = estimate, contributed = as.vector(of_effects) + of_sizes)
  }
  mean_of <- function(parts) {
    list(
      effect = mean(vapply(parts, function(each) each$effect, 0)),
      contributed = rowMeans(sapply(parts, function(each) each$contributed))
    )
  }
  treated <- e >= 0
  one <- average(effect, contributed, g, treated)
  report(one$effect, one$contributed)
  seen <- rep(TRUE, length(e))
  times <- sort(unique(e))
  times <- times[times >= window[1] & times <= window[2]]
  if (!is.null(observed_through)) {
    seen <- g + observed_through <= max(periods)
    times <- times[times <= observed_through & times >= observed_through - (max(periods) - min(periods))]
    times <- times[vapply(times, function(each) any(seen & e == each), TRUE)]
  }
  after <- list()
  for (each in times) {
    chosen <- seen & e == each & !zero
    if (!any(chosen)) chosen <- seen & e == each
    one <- average(effect, contributed, g, chosen)
    report(one$effect, one$contributed, event_time = each)
    if (each >= 0) after[[length(after) + 1]] <- one
  }
  if (length(after) > 0) {
    one <- mean_of(after)
    report(one$effect, one$contributed, paste0(treatment, ", mean of event times"))
  }
  of_cohorts <- lapply(sort(unique(g[treated])), function(each) {
    chosen <- which(g == each & treated)
    list(effect = mean(effect[chosen]), contributed = rowMeans(contributed[, chosen, drop = FALSE]), g = each)
  })
  for (each in of_cohorts) report(each$effect, each$contributed, cohort = each$g)
  one <- average(
    vapply(of_cohorts, function(each) each$effect, 0), sapply(of_cohorts, function(each) each$contributed),
    vapply(of_cohorts, function(each) each$g, 0), rep(TRUE, length(of_cohorts))
  )
  report(one$effect, one$contributed, paste0(treatment, ", mean of cohorts"))
  of_periods <- lapply(sort(unique(t[treated])), function(each) {
    c(average(effect, contributed, g, t == each & treated), list(t = each))
  })
  for (each in of_periods) report(each$effect, each$contributed, period = each$t)
  one <- mean_of(of_periods)
  report(one$effect, one$contributed, paste0(treatment, ", by period"))
  for (k in seq_along(cells)) {
    report(effect[k], contributed[, k], event_time = e[k], cohort = g[k], period = t[k])
  }
}

# --- Means ---------------------------------------------------------------------------------------------------------

means <- function(data, cohort, period, cluster, weights = NULL) {
  group <- if (is.null(cohort)) rep("all", nrow(data)) else ifelse(is.na(data[[cohort]]), "never", data[[cohort]])
  cell <- factor(paste(group, data[[period]], sep = "\r"))
  outcome <- data$made_y
  w <- if (is.null(weights)) rep(1, nrow(data)) else data[[weights]]
  fit <- lm(outcome ~ 0 + cell, weights = w)
  v <- vcovCL(fit, cluster = data[[cluster]], type = "HC1", cadjust = TRUE)
  where <- do.call(rbind, strsplit(levels(cell), "\r", fixed = TRUE))
  keep(coef(fit), sqrt(diag(v)), as.vector(table(cell)), paste0("lm, ", versions("sandwich")), "mean", cohort = where[, 1], period = where[, 2])
}
