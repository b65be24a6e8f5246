/* What the fuzz targets share. A target is one function of libFuzzer's, in a file of its own; it says with assertions
 * what must hold of whatever is read, and the sanitizers see the rest. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's names. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as a text that is valid UTF-8 without NUL, owned: as they are, or else each byte taken for a character of
 * Latin-1. */
char *fuzz_text(const uint8_t *data, size_t size);

/* The bytes as a file that can be opened by this path; forgotten with the next call. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* A file of the project, whole, as a text that is never freed. */
const char *fuzz_read(const char *path, size_t *bytes_out);

#endif
