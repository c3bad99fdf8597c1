# What scripts of intervals under bounds on differences in trends share.

suppressPackageStartupMessages(library(HonestDiD))

found <- NULL

# Coefficients, those before the reference first, and beside each its covariances with all of them.
read_study <- function(name) {
  table <- as.matrix(read.csv(file.path("..", "data", paste0(name, ".csv")), colClasses = "numeric"))
  list(b = unname(table[, 1]), v = unname(table[, -1, drop = FALSE]))
}

keep_ends <- function(rows, ends) {
  found <<- rbind(found, data.frame(
    row = rows, interval_low = as.numeric(ends$lb), interval_high = as.numeric(ends$ub), program = versions("HonestDiD")
  ))
}

# Each interval has the number of its row in the results of the analysis.
bounds_of <- function(study, leads, weights, level, parallel, magnitudes, smoothness) {
  arguments <- list(
    betahat = study$b, sigma = study$v, numPrePeriods = leads, numPostPeriods = length(study$b) - leads,
    l_vec = matrix(weights), alpha = 1 - level
  )
  if (length(parallel)) keep_ends(parallel, do.call(constructOriginalCS, arguments))
  if (length(magnitudes$rows)) {
    more <- list(Mbarvec = magnitudes$bounds, method = "C-LF")
    keep_ends(magnitudes$rows, do.call(createSensitivityResults_relativeMagnitudes, c(arguments, more)))
  }
  if (length(smoothness$rows)) {
    more <- list(Mvec = smoothness$bounds, method = "FLCI")
    keep_ends(smoothness$rows, do.call(createSensitivityResults, c(arguments, more)))
  }
}

write_ends <- function(path) {
  for (name in c("interval_low", "interval_high")) found[[name]] <<- sprintf("%.17g", found[[name]])
  write.csv(found, path, row.names = FALSE, na = "", fileEncoding = "UTF-8")
}
