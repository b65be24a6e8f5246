/* A gateway that answers by a script and remembers what it got: a child process with a real HTTP server, its
 * script and its memory shared with the test. It takes what config/gateways/simulator.json sends, and the same as items
 * of a batch, {"messages":[…]}, which it answers with 200 and {"messages":[{"ref","id","status"}…]}. Without a script
 * everything is accepted at once. Dies with the test. */
#ifndef TESTS_SCRIPT_GATEWAY_H
#define TESTS_SCRIPT_GATEWAY_H

#include "base/id.h"
#include "domain/phone.h"

#define SCRIPT_SECRET "a-secret-of-the-gateway"

enum script_action {
    SCRIPT_ANSWER,
    SCRIPT_CUT,   /* closes the connection after the body, without a word */
    SCRIPT_RESET, /* the same by reset */
    SCRIPT_HANG,  /* reads the body and never answers */
};

/* The first step that fits a request and is not used up decides. */
struct script_step {
    const char *to; /* only requests for this number; NULL = any */
    int times;      /* 0 = always */
    enum script_action action;
    int status;
    const char *body;        /* NULL = an id if accepted, otherwise nothing */
    const char *retry_after; /* header; NULL = none */
    bool whole; /* the status is the answer to a whole batch; an action other than an answer always is */
};

/* A request as it came. */
struct script_arrival {
    char id[ID_SIZE];
    char to[PHONE_SIZE];
    char from[24];
    char text[700];
    char encoding[8];
    int segments;
    bool reused; /* the connection carried one before */
    int status;  /* answered; 0 = nothing */
    int request; /* number of the request it came in, from 0 */
};

struct script_gateway;

struct script_gateway *script_gateway_open(void);
void script_gateway_free(struct script_gateway **gateway);
int script_gateway_port(const struct script_gateway *gateway);

/* Ends the process, and starts it again on the same port; script and memory stay. */
void script_gateway_kill(struct script_gateway *gateway);
void script_gateway_restart(struct script_gateway *gateway);

/* Forgets script, arrivals, delay; the gate is open, the process runs. While nobody sends. */
void script_gateway_renew(struct script_gateway *gateway);
void script_gateway_add(struct script_gateway *gateway, const struct script_step *step);
void script_gateway_delay(struct script_gateway *gateway, int answer_after_ms);
/* While shut, requests are taken and remembered but not answered; how many wait. */
void script_gateway_shut(struct script_gateway *gateway, bool shut);
int script_gateway_waiting(const struct script_gateway *gateway);

/* What arrived, in order; `of` a message id or a number, NULL = all. */
int script_gateway_count(const struct script_gateway *gateway, const char *of);
int script_gateway_accepted(const struct script_gateway *gateway, const char *of);
/* The n-th of them (from 0); fails the test when it is not there. Borrowed. */
const struct script_arrival *script_gateway_arrival(const struct script_gateway *gateway, const char *of,
                                                    int n);
/* Requests, whatever they carried. */
int script_gateway_requests(const struct script_gateway *gateway);
/* Requests that were not as the profile says. */
int script_gateway_malformed(const struct script_gateway *gateway);

#endif
