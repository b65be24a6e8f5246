#include "store/message_files.h"

#include <stdio.h>

bool message_texts_load(const struct settings *settings, const struct org *org, struct message_texts *texts,
                        struct reply_words *words, struct error *error)
{
    if (texts != NULL)
        *texts = (struct message_texts){0};
    if (words != NULL)
        *words = (struct reply_words){0};
    for (size_t i = 0; i < org->languages_count; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/messages/%s.json", settings->share_folder, org->languages[i]);
        cJSON *json = json_read_file(path, error);
        if (json == NULL)
            return false; /* the error names the file */
        bool read = message_texts_read(texts, words, org, i, settings_crisis(settings, org->languages[i]),
                                       json, error);
        cJSON_Delete(json);
        if (!read)
            return error_prefix(error, "%s", path);
    }
    return true;
}
