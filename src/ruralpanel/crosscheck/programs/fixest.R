# What the scripts for fixest and did share.

suppressPackageStartupMessages(library(fixest))

# The arguments of ssc have other names from fixest 0.13 on.
corrected <- function(adjusted = TRUE, effects = "nested") {
  arguments <- list(adjusted, effects, adjusted, "min")
  new <- packageVersion("fixest") >= "0.13.0"
  names(arguments) <- if (new) c("K.adj", "K.fixef", "G.adj", "G.df") else c("adj", "fixef.K", "cluster.adj", "cluster.df")
  do.call(ssc, arguments)
}

# R orders the parts of a product by where they first stand in a formula.
any_order <- function(names) {
  vapply(strsplit(names, ":", fixed = TRUE), function(parts) paste(sort(parts), collapse = ":"), "")
}

keep_named <- function(fit, names, place) {
  found <- coeftable(fit)
  at <- match(any_order(names), any_order(rownames(found)))
  keep(
    found[at, 1], found[at, 2], nobs(fit), versions("fixest"),
    place$term, place$event_time, place$cohort, place$period
  )
}

keep_sums <- function(fit, names, multiples, term) {
  at <- match(any_order(names), any_order(names(coef(fit))))
  used <- which(colSums(multiples != 0) > 0)
  m <- multiples[, used, drop = FALSE]
  b <- coef(fit)[at[used]]
  v <- vcov(fit)[at[used], at[used], drop = FALSE]
  keep(m %*% b, sqrt(pmax(rowSums((m %*% v) * m), 0)), nobs(fit), versions("fixest"), term)
}

# Averages of sunab: by event time, over all treated rows, and by cohort.
keep_sunab <- function(fit, treatment, window) {
  numbers_in <- function(found) as.numeric(sub("^.*::", "", rownames(found)))
  by_time <- coeftable(fit)
  by_time <- by_time[grepl("::", rownames(by_time)), , drop = FALSE]
  e <- numbers_in(by_time)
  inside <- e >= window[1] & e <= window[2]
  keep(by_time[inside, 1], by_time[inside, 2], nobs(fit), versions("fixest"), treatment, event_time = e[inside])
  all <- coeftable(summary(fit, agg = "att"))["ATT", ]
  keep(all[1], all[2], nobs(fit), versions("fixest"), treatment)
  of_cohorts <- coeftable(summary(fit, agg = "cohort"))
  of_cohorts <- of_cohorts[grepl("cohort::", rownames(of_cohorts)), , drop = FALSE]
  keep(of_cohorts[, 1], of_cohorts[, 2], nobs(fit), versions("fixest"), treatment, cohort = numbers_in(of_cohorts))
}

# Averages of cells of cohort and treated period, by the rows behind them.
keep_cells <- function(fit, treatment, cell, e, begins, highest, weights = NULL) {
  w <- if (is.null(weights)) rep(1, length(e)) else weights
  names_of <- sub("^.*::", "", names(coef(fit)))
  average <- function(rows, ...) {
    share <- vapply(names_of, function(each) sum(w[rows & cell == each]), 0) / sum(w[rows])
    if (abs(sum(share) - 1) > 1e-9) return(invisible(NULL))
    keep(sum(share * coef(fit)), sqrt(drop(t(share) %*% vcov(fit) %*% share)), nobs(fit), versions("fixest"), treatment, ...)
  }
  treated <- cell != "none"
  binned <- pmin(e, max(highest, begins))
  for (each in sort(unique(binned[treated]))) average(treated & binned %in% each, event_time = each)
  average(e %in% 0:10000)
}

# did has standard errors clustered above units by its bootstrap only; here its influence functions are added up within
# clusters, as they are where did has analytic ones. Columns have to be numbers that are no integers (did issue 264).
keep_did <- function(data, treatment, cohort, cluster, period, unit, window, rows, observed_through = NULL, ...) {
  for (name in c(cohort, period, unit)) data[[name]] <- as.numeric(data[[name]])
  data[[cohort]][is.na(data[[cohort]])] <- 0
  balanced <- all(table(data[[unit]]) == length(unique(data[[period]])))
  found <- did::att_gt(
    yname = "made_y", tname = period, idname = unit, gname = cohort, data = data, bstrap = FALSE, cband = FALSE,
    panel = TRUE, allow_unbalanced_panel = !balanced, print_details = FALSE, ...
  )
  used <- found$DIDparams$data
  of_units <- data[[cluster]][match(unique(used[[unit]]), data[[unit]])]
  error <- function(influence) {
    apply(as.matrix(influence), 2, function(each) sqrt(sum(rowsum(each, of_units)^2)) / length(each))
  }
  program <- versions("did")
  out <- function(estimate, influence, term = treatment, ...) {
    errors <- error(influence)
    errors[errors == 0] <- NA
    keep(estimate, errors, nrow(data), program, term, ...)
  }
  out(found$att, found$inffunc, event_time = found$t - found$group, cohort = found$group, period = found$t)
  one <- did::aggte(found, type = "simple", na.rm = TRUE)
  out(one$overall.att, one$inf.function$simple.att)
  one <- did::aggte(
    found, type = "dynamic", na.rm = TRUE, min_e = window[1], max_e = window[2],
    balance_e = observed_through
  )
  out(one$att.egt, one$inf.function$dynamic.inf.func.e, event_time = one$egt)
  out(one$overall.att, one$inf.function$dynamic.inf.func, paste0(treatment, ", mean of event times"))
  one <- did::aggte(found, type = "group", na.rm = TRUE)
  out(one$att.egt, one$inf.function$selective.inf.func.g, cohort = one$egt)
  out(one$overall.att, one$inf.function$selective.inf.func, paste0(treatment, ", mean of cohorts"))
  one <- did::aggte(found, type = "calendar", na.rm = TRUE)
  out(one$att.egt, one$inf.function$calendar.inf.func.t, period = one$egt)
  out(one$overall.att, one$inf.function$calendar.inf.func, paste0(treatment, ", by period"))
}
