/* The folder says which languages there are. Texts are left unread: they are an org's. */
#include "store/word_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "fi.json" */
static bool is_message_file(const char *name)
{
    return strlen(name) == LANGUAGE_SIZE - 1 + strlen(".json") && name[0] >= 'a' && name[0] <= 'z' &&
           name[1] >= 'a' && name[1] <= 'z' && strcmp(name + LANGUAGE_SIZE - 1, ".json") == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool list(const char *folder, struct word_files *files, struct error *error)
{
    const struct dirent *entry;
    bool fits = true;
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return error_set(error, "%s: %s", folder, strerror(errno));
    while (fits && (entry = readdir(directory)) != NULL) {
        if (!is_message_file(entry->d_name))
            continue;
        fits = files->languages_count < LANGUAGES_MAX;
        if (fits)
            memcpy(files->languages[files->languages_count++], entry->d_name, LANGUAGE_SIZE - 1);
    }
    (void)closedir(directory);
    qsort(files->languages, files->languages_count, sizeof files->languages[0], by_name);
    if (!fits)
        return error_set(error, "%s: more than %d languages", folder, LANGUAGES_MAX);
    return files->languages_count > 0 || error_set(error, "%s: there is no file of a language", folder);
}

bool word_files_load(const char *share_folder, struct word_files *files_out, struct error *error)
{
    char folder[512], path[600];
    *files_out = (struct word_files){0};
    (void)snprintf(folder, sizeof folder, "%s/messages", share_folder);
    if (!list(folder, files_out, error))
        return false;
    for (size_t i = 0; i < files_out->languages_count; i++) {
        struct json_reader root;
        (void)snprintf(path, sizeof path, "%s/%s.json", folder, files_out->languages[i]);
        cJSON *json = json_read_file(path, error);
        if (json == NULL)
            return false; /* the error names the file */
        json_reader_root(&root, json, error);
        reply_words_read(&files_out->words, i, &root);
        cJSON_Delete(json);
        if (root.failed_storage)
            return error_prefix(error, "%s", path);
    }
    return true;
}
