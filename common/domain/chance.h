/* Chance that anybody can repeat: a number that is a pure function of a seed and of what it is drawn for. No
 * state, hence no order in which things must be drawn. Not a secret and not for secrets. */
#ifndef DOMAIN_CHANCE_H
#define DOMAIN_CHANCE_H

/* Uniform in [0, 1): the first 53 bits of BLAKE2b-256 over the seed, a NUL and `what`, as a multiple of
 * 2^-53. */
double chance_uniform(const char *seed, const char *what);

#endif
