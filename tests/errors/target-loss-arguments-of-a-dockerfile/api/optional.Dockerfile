ARG V
FROM nvidia/cuda:12.4${V:+-$V}
