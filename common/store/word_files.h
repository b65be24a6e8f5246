/* The words of every language there is, for reading without an org. */
#ifndef STORE_WORD_FILES_H
#define STORE_WORD_FILES_H

#include "domain/org.h"
#include "domain/reply_words.h"

struct word_files {
    size_t languages_count; /* 1..LANGUAGES_MAX, in the order of their names */
    char languages[LANGUAGES_MAX][LANGUAGE_SIZE];
    struct reply_words words;
};

/* Reads the words of all <share_folder>/messages/<language>.json. The error names the folder, or the file and the path
 * inside it. */
bool word_files_load(const char *share_folder, struct word_files *files_out, struct error *error) MUST_CHECK;

#endif
