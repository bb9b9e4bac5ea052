"""Small news sites on loopback that live: for `newsloom demo`, tests and benchmarks. Nothing here knows the rest of newsloom."""
