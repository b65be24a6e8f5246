#include "store/functions.h"

#include <string.h>

#include "store/dataset.h"

void functions_version_command(struct redis_command *command)
{
    redis_command_clear(command);
    redis_command_add(command, "FCALL_RO");
    redis_command_add(command, "functions_version");
    redis_command_add(command, "0");
}

/* The version the server has, "" when it has no library; false when Redis cannot be asked. */
static bool functions_version_of(struct redis_link *link, char version_out[64], struct error *error)
{
    struct redis_command command = {0};
    functions_version_command(&command);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    version_out[0] = '\0';
    if (value == NULL) {
        bool missing = strstr(error->text, "Function not found") != NULL;
        error->text[0] = missing ? '\0' : error->text[0];
        return missing;
    }
    bool fits = text_copy(version_out, 64, redis_text(value));
    redis_value_free(&value);
    return fits ||
           error_set(error,
                     "the function library in Redis has no readable version: run `pulssi store install`");
}

bool functions_install(struct redis_link *link, bool *changed_out, struct error *error)
{
    char version[64];
    if (!functions_version_of(link, version, error)) {
        return false;
    }
    *changed_out = strcmp(version, store_functions_version) != 0;
    if (!*changed_out) {
        return true;
    }
    struct redis_command command = {0};
    redis_command_add(&command, "FUNCTION");
    redis_command_add(&command, "LOAD");
    redis_command_add(&command, "REPLACE");
    redis_command_add(&command, store_functions_text);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    if (value == NULL) {
        return error_prefix(error, "installing the function library");
    }
    redis_value_free(&value);
    return dataset_tell(link, error);
}

bool functions_check(struct redis_link *link, struct error *error)
{
    char version[64];
    if (!functions_version_of(link, version, error)) {
        return false;
    }
    if (version[0] == '\0') {
        return error_set(error, "Redis has no Pulssi function library: run `pulssi store install`");
    }
    if (strcmp(version, store_functions_version) != 0) {
        return error_set(error,
                         "Redis has function library %s, this program needs %s: run `pulssi store install`",
                         version, store_functions_version);
    }
    return true;
}
