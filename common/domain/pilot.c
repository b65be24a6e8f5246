/* pilot.json: a service or service experiment that signals are computed for. */
#include "domain/pilot.h"

#include <string.h>

#include "domain/definition.h"

/* One name in every language that the org requires; the others may be there. */
static void read_names(struct pilot *pilot, const struct org *org, struct json_reader *root)
{
    struct json_reader names;
    json_object(root, "name", &names);
    for (size_t i = 0; i < org->languages_count; i++) {
        const char *language = org->languages[i];
        if (json_has(&names, language))
            definition_line(&names, language, 1, pilot->names[i], sizeof pilot->names[i]);
        else if (org->language_required[i])
            json_problem(&names, language, "missing; the org requires a name in this language");
    }
    json_finish(&names);
}

bool pilot_read(struct pilot *pilot_out, const struct org *org, const cJSON *json, struct error *error)
{
    struct json_reader root;
    memset(pilot_out, 0, sizeof *pilot_out);
    json_reader_root(&root, json, error);
    definition_name(&root, "id", pilot_out->id);
    definition_line(&root, "owner", 1, pilot_out->owner, sizeof pilot_out->owner);
    definition_name(&root, "kind", pilot_out->kind);
    read_names(pilot_out, org, &root);
    return json_finish(&root);
}
