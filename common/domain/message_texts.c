/* Texts of our own accord, one file a language. */
#include "domain/message_texts.h"

#include <assert.h>

bool message_texts_read(struct message_texts *texts, const struct org *org, size_t language,
                        const cJSON *json, struct error *error)
{
    struct json_reader root;
    assert(language < org->languages_count);
    json_reader_root(&root, json, error);
    message_template_read(&root, "stop_confirm", texts->stop_confirm[language]);
    return json_finish(&root);
}
