/* Members that every part of a profile has: names, choices, lists of values. Each keeps a problem with its path. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "gateway/profile_parts.h"

void profile_read_name(struct json_reader *reader, const char *member, char out[PROFILE_NAME_SIZE])
{
    (void)text_copy(out, PROFILE_NAME_SIZE, json_string(reader, member, 1, PROFILE_NAME_SIZE - 1));
}

size_t profile_read_choice(struct json_reader *reader, const char *member, const char *const *choices)
{
    const char *chosen = json_string(reader, member, 1, 64);
    struct text expected = {0};
    size_t found = 0;
    for (; choices[found] != NULL && strcmp(chosen, choices[found]) != 0; found++)
        text_addf(&expected, "%s%s", found == 0 ? "" : " or ", choices[found]);
    if (choices[found] == NULL) {
        json_problem(reader, member, "expected %s", expected.chars);
        found = 0;
    }
    text_free(&expected);
    return found;
}

size_t profile_read_values(struct json_reader *reader, char out[PROFILE_VALUES_MAX][PROFILE_NAME_SIZE])
{
    struct json_reader values;
    size_t count = 0;
    if (!json_has(reader, "values")) {
        profile_read_name(reader, "value", out[0]);
        return 1;
    }
    json_array(reader, "values", 1, PROFILE_VALUES_MAX, &values, &count);
    for (size_t i = 0; i < count; i++)
        (void)text_copy(out[i], PROFILE_NAME_SIZE, json_item_string(&values, i, 1, PROFILE_NAME_SIZE - 1));
    return count;
}

void profile_path_array(const char *path, char out[PROFILE_NAME_SIZE])
{
    const char *array = strstr(path, "[]");
    size_t chars = array == NULL ? 0 : (size_t)(array - path) + 2;
    snprintf(out, PROFILE_NAME_SIZE, "%.*s", (int)chars, path);
}
