/* Kinds of messages: a table. The store's functions know the same classes (40_outbox.lua). */
#include "domain/message_kind.h"

#include <string.h>

enum message_class message_class(const char *kind)
{
    static const char *const conversation[] = {"question", "name", "thanks", "volunteer_confirm"};
    if (strcmp(kind, "invite") == 0)
        return MESSAGE_BULK;
    for (size_t i = 0; i < sizeof conversation / sizeof conversation[0]; i++)
        if (strcmp(kind, conversation[i]) == 0)
            return MESSAGE_CONVERSATION;
    return MESSAGE_STANDING;
}
