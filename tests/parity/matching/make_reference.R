# What R makes of the counties of mpdta in 2003, by whether they ever raise their minimum wage.
suppressMessages(library(Matching))
library(MatchIt)
panel <- read.csv("tests/parity/staggered/mpdta.csv")
rows <- panel[panel$year == 2003, ]
rows$treated <- as.integer(rows$cohort > 0)
rows <- rows[order(rows$village), ]
rownames(rows) <- rows$village
fit <- glm(treated ~ lpop + y, binomial, rows, epsilon = 1e-14, maxit = 100)
score <- fitted(fit)
logit <- predict(fit)
never <- logit[rows$treated == 0]
weights <- data.frame(village = rows$village, odds = ifelse(rows$treated == 1, 1, score / (1 - score)))
names(weights)[2] <- "inverse odds"

# Matching takes units in the order of the rows: the highest score first.
shares <- function(..., stay = rep(TRUE, nrow(rows))) {
  highest <- order(-logit)
  highest <- highest[stay[highest]]
  found <- Match(Tr = rows$treated[highest], X = logit[highest], estimand = "ATT", ties = FALSE,
    distance.tolerance = 0, ...)
  sums <- numeric(nrow(rows))
  for (pair in seq_along(found$weights)) {
    of <- highest[found$index.control[pair]]
    sums[of] <- sums[of] + found$weights[pair]
    sums[highest[found$index.treated[pair]]] <- 1
  }
  sums
}
weights[["with replacement"]] <- shares(M = 1)
weights[["three with replacement"]] <- shares(M = 3)
weights[["without replacement"]] <- shares(M = 1, replace = FALSE)
weights[["with replacement and a caliper"]] <- shares(M = 1, caliper = 0.02)
weights[["without replacement and a caliper"]] <- shares(M = 1, replace = FALSE, caliper = 0.02)
weights[["common support"]] <- shares(M = 1, stay = rows$treated == 0 | (logit >= min(never) & logit <= max(never)))

calls <- list(
  "balance with replacement" = matchit(treated ~ lpop + y, rows, link = "linear.logit", replace = TRUE),
  "balance without replacement" = matchit(treated ~ lpop + y, rows, link = "linear.logit", m.order = "largest"),
  "balance on common support" = matchit(treated ~ lpop + y, rows, link = "linear.logit", discard = "treated")
)
for (name in names(calls)) weights[[name]] <- calls[[name]]$weights
write.csv(format(weights, digits = 15, trim = TRUE), "tests/parity/matching/r_weights.csv",
  row.names = FALSE, quote = FALSE)

balance <- do.call(rbind, lapply(names(calls), function(name) {
  found <- summary(calls[[name]], standardize = TRUE)
  columns <- c("Std. Mean Diff.", "Var. Ratio")
  before <- found$sum.all[c("lpop", "y"), columns]
  after <- found$sum.matched[c("lpop", "y"), columns]
  data.frame(call = name, variable = c("lpop", "y"), before, after)
}))
names(balance)[3:6] <- c("standardised_difference_before", "variance_ratio_before",
  "standardised_difference_after", "variance_ratio_after")
write.csv(format(balance, digits = 15, trim = TRUE), "tests/parity/matching/r_balance.csv",
  row.names = FALSE, quote = FALSE)
