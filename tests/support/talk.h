/* A conversation through the real programs: the dispatcher and the collector on one world, a scripted gateway that
 * takes the texts, and people who answer. Nobody but the programs moves a message. */
#ifndef TESTS_TALK_H
#define TESTS_TALK_H

#include "support/sending.h"

#define TALK_NUMBER "18123"

struct talk {
    struct sending sending;
    struct child collector;
    int port;   /* of the collector */
    int serial; /* of the next reply */
};

void talk_start(struct talk *talk, const char *bin_folder); /* once a test program */
void talk_stop(struct talk *talk);

/* A new world with so many contacts and a survey of the share folder; both programs run, everyone is asked. */
void talk_open(struct talk *talk, const char *survey_file, int people);
/* The collector that was started has told its port, and answers there. */
bool talk_is_ready(struct talk *talk);
/* Both end orderly; no log holds a number; the world is as it should be. */
void talk_close(struct talk *talk);

/* A person says something; the status. Each has a reply id of its own. */
int talk_says(struct talk *talk, int person, const char *words);
/* The n-th text to a person (from 0), awaited; it must hold the words. */
void talk_expect(struct talk *talk, int person, int n, const char *words);
/* So many texts have come to a person, and no more are on their way to anybody. */
void talk_expect_count(struct talk *talk, int person, int count);

#endif
