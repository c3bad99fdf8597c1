# Rows and columns that regressions are of, whichever program estimates them.

# Averages of rows: by event time from `first` on, binned at the ends of the window, and over all treated rows.
averages_over <- function(e, first, window) {
  counts <- !is.na(e) & e >= first
  low <- max(min(e[counts]), window[1])
  high <- max(min(max(e[counts]), window[2]), low)
  binned <- ifelse(counts, pmin(pmax(e, low), high), NA)
  times <- sort(unique(binned))
  list(times = c(times, ""), over = cbind(sapply(times, function(each) binned %in% each), !is.na(e) & e >= 0))
}

# One sub-experiment a cohort whose whole window is observed, with the units that are not treated by its end; controls
# weigh so that sub-experiments count by their treated (Wing, Freedman and Hollingsworth 2024).
stack_of <- function(data, cohort, begins, window, weights, period) {
  t <- data[[period]]
  g <- data[[cohort]]
  onset <- ifelse(is.na(g), Inf, g + begins)
  parts <- lapply(sort(unique(g[!is.na(g)])), function(each) {
    inside <- t >= each + window[1] & t <= each + window[2]
    treated <- inside & g %in% each
    clean <- inside & onset > each + window[2]
    whole <- each + window[1] >= min(t) && each + window[2] <= max(t)
    if (!whole || !any(treated) || !any(clean)) return(NULL)
    part <- data[treated | clean, ]
    part$made_stack <- each
    part$made_since <- part[[period]] - each
    part$made_treated <- as.numeric(treated[treated | clean])
    part
  })
  stack <- do.call(rbind, parts)
  stack <- stack[ave(stack$made_treated, stack$made_stack, stack$made_since, FUN = max) == 1, ]
  w <- if (is.null(weights)) rep(1, nrow(stack)) else stack[[weights]]
  share <- function(v) {
    ave(v, stack$made_stack, stack$made_since, FUN = sum) / ave(v, stack$made_since, FUN = sum)
  }
  relative <- share(w * stack$made_treated) / share(w * (1 - stack$made_treated))
  stack$made_weight <- ifelse(stack$made_treated == 1, w, w * relative)
  stack
}

# Outcomes after some event times, on average, less that in the reference period: of units when they are treated, and of
# units that are not treated until then (Dube, Girardi, Jorda and Taylor 2025). Regressors are of the reference period.
long_differences <- function(data, cohort, begins, reference, horizons, regressors, unit, period) {
  t <- data[[period]]
  g <- data[[cohort]]
  periods <- unique(t)
  at <- function(values, when) values[match(paste(data[[unit]], when), paste(data[[unit]], t))]
  newly <- g %in% periods & !is.na(g) & g == t
  clean <- ifelse(is.na(g), Inf, g + begins) > t + max(horizons, 0)
  total <- times <- 0
  for (h in horizons) {
    observed <- length(horizons) == 1 | (t + h) %in% periods
    total <- total + ifelse(observed, at(data$made_y, t + h), 0)
    times <- times + observed
  }
  total[t + max(horizons) > max(periods)] <- NA
  change <- total / times - at(data$made_y, t + reference)
  used <- (newly | clean) & is.finite(change)
  rows <- data[used, ]
  rows$made_y <- change[used]
  rows$made_newly <- as.numeric(newly[used])
  for (name in regressors) rows[[name]] <- at(data[[name]], t + reference)[used]
  rows
}

# Columns less themselves one period before, among the periods there are; rows without a period before leave.
changes_of <- function(data, columns, unit, period) {
  position <- match(data[[period]], sort(unique(data[[period]])))
  before <- match(paste(data[[unit]], position - 1), paste(data[[unit]], position))
  rows <- which(!is.na(before))
  columns <- data.frame(columns)
  changed <- data[rows, ]
  for (name in names(columns)) changed[[name]] <- columns[[name]][rows] - columns[[name]][before[rows]]
  changed
}
