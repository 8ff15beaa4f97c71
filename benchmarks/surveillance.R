# What R's surveillance makes of a CSV file of counts, a column per area; prints seconds and megabytes.
#
#     Rscript surveillance.R farrington data.csv WEEKS answer.csv   upper bounds of the last weeks, farringtonFlexible
#     Rscript surveillance.R ears data.csv DAYS answer.csv          upper bounds of C1 of the last days, earsC
#
# The clock starts when the data are in memory and the package loaded.
suppressPackageStartupMessages(library(surveillance))

farrington <- function(counts, last) {
  control <- list(range = (nrow(counts) - last + 1):nrow(counts), b = 5, w = 3, noPeriods = 10, pastWeeksNotIncluded = 26,
                  reweight = TRUE, weightsThreshold = 2.58, thresholdMethod = "nbPlugin", alpha = 0.01, glmWarnings = FALSE)
  farringtonFlexible(sts(counts, frequency = 52), control)@upperbound
}

ears <- function(counts, last) {
  control <- list(range = (nrow(counts) - last + 1):nrow(counts), method = "C1", minSigma = 0.5, alpha = pnorm(-3))
  earsC(sts(counts, frequency = 365), control)@upperbound
}

given <- commandArgs(trailingOnly = TRUE)
counts <- as.matrix(read.csv(given[2]))
start <- Sys.time()
answer <- match.fun(given[1])(counts, as.numeric(given[3]))
seconds <- as.numeric(difftime(Sys.time(), start, units = "secs"))
write.csv(data.frame(bound = as.vector(answer)), given[4], row.names = FALSE)
cat(seconds, sum(gc()[, 6]))
