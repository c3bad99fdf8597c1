# What the scripts of all blocks share: reading data, and keeping results.

results <- NULL

read_data <- function(block) {
  # Every column is a number; an empty field is missing.
  read.csv(file.path("..", "data", paste0(block, ".csv")), colClasses = "numeric", na.strings = "")
}

now <- list()

equation <- function(block, specification, outcome, estimator) {
  now <<- list(block = block, specification = specification, outcome = outcome, estimator = estimator)
}

keep <- function(estimate, error, observations, program, term, event_time = "", cohort = "", period = "") {
  if (length(estimate) == 0) return(invisible(NULL))
  found <- data.frame(
    now, term = term, event_time = as.character(event_time), cohort = as.character(cohort),
    period = as.character(period), estimate = as.numeric(estimate), standard_error = as.numeric(error),
    observations = as.numeric(observations), program = program, stringsAsFactors = FALSE
  )
  results <<- rbind(results, found)
}

versions <- function(...) {
  packages <- c(...)
  paste(packages, vapply(packages, function(each) as.character(packageVersion(each)), ""), collapse = ", ")
}

# An equation that fails ends no other: it is named on the terminal, and its cells are missing from the results.
attempt <- function(code) {
  tryCatch(
    code,
    error = function(problem) {
      message(paste(unlist(now), collapse = "/"), ": ", conditionMessage(problem))
    }
  )
}

write_results <- function(path) {
  if (is.null(results)) results <<- data.frame()
  for (name in c("estimate", "standard_error")) {
    if (!is.null(results[[name]])) results[[name]] <<- sprintf("%.17g", results[[name]])
  }
  write.csv(results, path, row.names = FALSE, na = "", fileEncoding = "UTF-8")
}
