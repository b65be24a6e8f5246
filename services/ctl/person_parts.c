#include "ctl/person_parts.h"

#include <stdio.h>
#include <string.h>

bool person_list_next(const char **at, char item_out[PERSON_LIST_ITEM_SIZE])
{
    if (*at == NULL || **at == '\0')
        return false;
    size_t chars = strcspn(*at, ",");
    snprintf(item_out, PERSON_LIST_ITEM_SIZE, "%.*s", (int)chars, *at);
    *at += chars + ((*at)[chars] == ',' ? 1 : 0);
    return true;
}

size_t person_answers_given(const struct person_pulse *pulse)
{
    size_t given = 0;
    for (size_t k = 0; k < QUESTIONS_MAX; k++)
        given += pulse->value[k] >= 0 ? 1 : 0;
    return given;
}
