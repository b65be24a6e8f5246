/* Kinds of outbound messages and their classes: which rules of the outbox hold for them. */
#ifndef DOMAIN_MESSAGE_KIND_H
#define DOMAIN_MESSAGE_KIND_H

#include <stdbool.h>

#define MESSAGE_KIND_SIZE 24

enum message_class {
    MESSAGE_BULK, /* invite: STOP, caps, the org's sending window */
    MESSAGE_CONVERSATION, /* question, name, thanks, volunteer_confirm: STOP; between 07 and 21 only; while the pulse is
                             open */
    MESSAGE_STANDING, /* the rest: at any time, also under STOP */
};

enum message_class message_class(const char *kind);

/* First and last minute of the local day in which a conversation may go on: [07:00, 21:00), every day. */
#define CONVERSATION_FROM_MINUTE (7 * 60)
#define CONVERSATION_TO_MINUTE   (21 * 60)

#endif
