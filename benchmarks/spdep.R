# What R's spdep makes of a CSV file of points (x, y, value) or polygons (wkt, value); prints seconds and megabytes.
#
#     Rscript spdep.R band data.csv DISTANCE answer.csv          Gi* of points with their neighbours within a distance
#     Rscript spdep.R gstar data.csv PERMUTATIONS answer.csv     Gi* of polygons, queen
#     Rscript spdep.R moran data.csv PERMUTATIONS answer.csv     local Moran's I of polygons, queen
#
# The clock starts when the data are in memory and the packages loaded, and includes finding the neighbours.
suppressPackageStartupMessages({
  library(spdep)
  library(sf)
})

resident <- function(what) {
  status <- "/proc/self/status"
  if (!file.exists(status)) return(0)
  as.numeric(gsub("[^0-9]", "", grep(what, readLines(status), value = TRUE))) / 1024
}

band <- function(places, x, distance) {
  neighbours <- include.self(dnearneigh(places, 0, distance))
  z <- as.numeric(localG(x, nb2listw(neighbours, style = "B", zero.policy = TRUE), zero.policy = TRUE))
  data.frame(statistic = z, p = 2 * pnorm(-abs(z)))
}

gstar <- function(polygons, x, permutations) {
  found <- localG_perm(x, nb2listw(include.self(poly2nb(polygons)), style = "B"), nsim = permutations, iseed = 1)
  data.frame(statistic = as.numeric(found), p = attr(found, "internals")[, "Pr(z != E(Gi)) Sim"])
}

moran <- function(polygons, x, permutations) {
  found <- localmoran_perm(x, nb2listw(poly2nb(polygons), style = "W"), nsim = permutations, iseed = 1)
  data.frame(statistic = found[, "Ii"], p = found[, "Pr(z != E(Ii)) Sim"])
}

given <- commandArgs(trailingOnly = TRUE)
table <- read.csv(given[2])
places <- if (given[1] == "band") as.matrix(table[c("x", "y")]) else st_as_sf(table, wkt = "wkt")
before <- resident("VmRSS")
start <- Sys.time()
answer <- match.fun(given[1])(places, table$value, as.numeric(given[3]))
seconds <- as.numeric(Sys.time() - start, units = "secs")
megabytes <- resident("VmHWM") - before
write.csv(answer, given[4], row.names = FALSE)
cat(seconds, megabytes, "\n")
