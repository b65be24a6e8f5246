/* What a reply is about when it is no answer: help, a wrong number, a pause, distress, business. Part of reply.c. */
#ifndef DOMAIN_REPLY_TOPICS_H
#define DOMAIN_REPLY_TOPICS_H

#include "domain/folded_reply.h"

bool topic_is_whole(const struct folded_reply *text, enum word_class word_class);

bool topic_is_help(const struct folded_reply *text);
bool topic_is_wrong_person(const struct folded_reply *text);
bool topic_is_pause(const struct folded_reply *text);
bool topic_is_business(const struct folded_reply *text);

#endif
