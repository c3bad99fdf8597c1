# Estimators of staggered adoption by the packages of their authors and others, with regressions by fixest.

formula_of <- function(left, right, effects) {
  right <- paste(if (length(right) == 0) "1" else right, collapse = " + ")
  as.formula(paste(left, "~", right, if (length(effects) > 0) paste("|", paste(effects, collapse = " + "))))
}

# didimputation takes averages of any weights; leads are a regression on untreated rows.
imputation <- function(data, treatment, cohort, event_time, begins, reference, window, leads, regressors, effects,
                       weights, cluster, unit, period, ...) {
  e <- data[[event_time]]
  what <- averages_over(e, begins, window)
  w <- if (is.null(weights)) rep(1, nrow(data)) else data[[weights]]
  called <- paste0("made_average_", seq_along(what$times))
  for (n in seq_along(called)) data[[called[n]]] <- what$over[, n] * w / sum(what$over[, n] * w)
  data$made_first <- ifelse(is.na(data[[cohort]]), 0, data[[cohort]])
  found <- didimputation::did_imputation(
    data = data, yname = "made_y", gname = "made_first", tname = period, idname = unit, wname = weights, wtr = called,
    first_stage = formula_of("", if (length(regressors) > 0) regressors else "0", effects), cluster_var = cluster
  )
  at <- match(called, found$term)
  keep(found$estimate[at], found$std.error[at], nrow(data), versions("didimputation"), treatment, event_time = what$times)
  if (length(leads) == 0) return(invisible(NULL))
  rest <- data[is.na(e) | e < begins, ]
  rest$made_e <- ifelse(rest[[event_time]] %in% leads, rest[[event_time]], -1000)
  fit <- feols(formula_of("made_y", c("i(made_e, ref = -1000)", regressors), effects), data = rest, weights = rest[[weights]], ...)
  keep_at(fit, leads, treatment)
}

keep_at <- function(fit, times, treatment) {
  keep_named(fit, paste0("made_e::", times), list(term = treatment, event_time = times, cohort = "", period = ""))
}

two_stage <- function(data, treatment, cohort, event_time, begins, reference, window, leads, regressors, effects, weights,
                      cluster, unit, period, ...) {
  e <- data[[event_time]]
  what <- averages_over(e, -Inf, window)
  last <- length(what$times)
  data$made_e <- -1000
  for (n in seq_len(last - 1)) data$made_e[what$over[, n] == 1] <- as.numeric(what$times[n])
  data$made_after <- as.numeric(what$over[, last])
  data$made_treated <- !is.na(e) & e >= begins
  by <- function(second) {
    did2s::did2s(
      data, yname = "made_y", first_stage = formula_of("", if (length(regressors) > 0) regressors else "0", effects),
      second_stage = second, treatment = "made_treated", cluster_var = cluster, weights = weights, verbose = FALSE
    )
  }
  out <- function(found, at) {
    table <- coeftable(found)[at, , drop = FALSE]
    keep(table[, 1], table[, 2], nrow(data), versions("did2s"), treatment, event_time = sub("^made_e::|^made_after$", "", at))
  }
  out(by(~ i(made_e, ref = -1000)), paste0("made_e::", what$times[-last]))
  out(by(~made_after), "made_after")
}

stacked <- function(data, treatment, cohort, event_time, begins, reference, window, leads, regressors, effects, weights,
                    cluster, unit, period, ...) {
  stack <- stack_of(data, cohort, begins, window, weights, period)
  times <- setdiff(sort(unique(stack$made_since[stack$made_treated == 1])), reference)
  stack$made_e <- ifelse(stack$made_treated == 1 & stack$made_since != reference, stack$made_since, -1000)
  within <- sub("(\\[|$)", "^made_stack\\1", effects)
  right <- c("i(made_e, ref = -1000)", regressors)
  fit <- feols(formula_of("made_y", right, within), data = stack, weights = ~made_weight, ...)
  keep_at(fit, times, treatment)
  after <- times >= 0
  if (any(after)) keep_sums(fit, paste0("made_e::", times), rbind(after / sum(after)), treatment)
}

local_projections <- function(data, treatment, cohort, event_time, begins, reference, window, leads, regressors, effects,
                              weights, cluster, unit, period, ...) {
  beside <- setdiff(effects, unit)
  project <- function(horizons, at) {
    rows <- long_differences(data, cohort, begins, reference, horizons, regressors, unit, period)
    if (length(unique(rows$made_newly)) < 2) return(invisible(NULL))
    fit <- feols(formula_of("made_y", c("made_newly", regressors), beside), data = rows, weights = rows[[weights]], ...)
    keep_named(fit, "made_newly", list(term = treatment, event_time = at, cohort = "", period = ""))
  }
  for (h in setdiff(window[1]:window[2], reference)) project(h, h)
  if (window[2] >= 0) project(0:window[2], "")
}

bacon_decomposition <- function(data, treatment, cohort, event_time, begins, reference, window, leads, regressors,
                                effects, weights, cluster, unit, period, ...) {
  data$made_treated <- as.numeric(!is.na(data[[cohort]]) & data[[period]] >= data[[cohort]])
  found <- bacondecomp::bacon(made_y ~ made_treated, data = data, id_var = unit, time_var = period, quietly = TRUE)
  kinds <- c(
    "Earlier vs Later Treated" = "earlier treated, beside later treated",
    "Later vs Earlier Treated" = "later treated, beside earlier treated",
    "Treated vs Untreated" = "treated, beside never treated",
    "Later vs Always Treated" = "treated, beside always treated"
  )
  for (type in intersect(names(kinds), found$type)) {
    of <- found[found$type == type, ]
    keep(weighted.mean(of$estimate, of$weight), NA, nrow(data), versions("bacondecomp"), kinds[[type]])
  }
  keep(sum(found$estimate * found$weight), NA, nrow(data), versions("bacondecomp"), treatment)
}
