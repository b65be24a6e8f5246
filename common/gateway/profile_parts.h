/* What a profile holds, for the files of the gateway layer only. Strings are copies owned by the profile. */
#ifndef GATEWAY_PROFILE_PARTS_H
#define GATEWAY_PROFILE_PARTS_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "domain/delivery.h"
#include "gateway/profile.h"
#include "gateway/submit.h"

#define PROFILE_NAME_SIZE    65  /* a member's name or path, a value to compare */
#define PROFILE_TEMPLATE_MAX 512 /* bytes */
#define PROFILE_FIELDS_MAX   16
#define PROFILE_ACCEPTED_MAX 8
#define PROFILE_VALUES_MAX   8
#define PROFILE_OUTCOMES_MAX 96
#define PROFILE_STATES_MAX   64
#define PROFILE_EVENTS_MAX   8
#define PROFILE_URLS_MAX     8
#define PROFILE_BATCH_MAX    1000

/* --- the request --- */

struct profile_field {
    char name[PROFILE_NAME_SIZE];
    char *template; /* owned */
};

enum request_body { REQUEST_JSON, REQUEST_FORM, REQUEST_TEXT };
enum number_form { NUMBER_E164, NUMBER_DIGITS, NUMBER_EITHER };

/* What stands for each in the provider's words. */
struct sender_words {
    char number[PROFILE_NAME_SIZE], short_code[PROFILE_NAME_SIZE], name[PROFILE_NAME_SIZE];
};

/* A request of several messages: the tree's array `array` holds the template of one, which is written for each. */
struct request_batch {
    size_t max;                    /* 1 = singles only */
    char array[PROFILE_NAME_SIZE]; /* member of the tree */
    char *url;                     /* owned template; NULL = that of a single message */
    cJSON *json;                   /* owned; NULL = that of a single message, which then is a batch of one */
};

struct profile_request {
    char method[8];
    char *url;                         /* owned template */
    char *headers[SUBMIT_HEADERS_MAX]; /* owned templates "Name: value" */
    size_t headers_count;
    enum number_form number_form;                          /* of {to} and {sender}; e164 or digits */
    char gsm7[PROFILE_NAME_SIZE], ucs2[PROFILE_NAME_SIZE]; /* what {encoding} stands for */
    struct sender_words sender_kinds;                      /* what {sender_kind} stands for */
    int64_t validity_hours_max;                            /* INT64_MAX = any */
    enum request_body body;
    cJSON *json;                                     /* owned; of a JSON body: texts in it are templates */
    struct profile_field fields[PROFILE_FIELDS_MAX]; /* of a form, in the file's order */
    size_t fields_count;
    char *text; /* owned template; of a text body */
    struct request_batch batch;
};

/* --- the answer --- */

struct outcome_rule {
    int status_low, status_high;
    char field[PROFILE_NAME_SIZE]; /* "" = the status alone decides */
    char value[PROFILE_NAME_SIZE];
    enum submit_outcome outcome;
};

enum answer_items {
    ANSWER_WHOLE,    /* the answer is about one message */
    ANSWER_MESSAGES, /* an item of its array is about a message */
    ANSWER_PARTS,    /* an item of its array is about a part of the message */
};

struct accepted_shape {
    int statuses[PROFILE_ACCEPTED_MAX];
    size_t statuses_count;
    char id[PROFILE_NAME_SIZE];                         /* "" = none is given */
    char field[PROFILE_NAME_SIZE];                      /* "" = the status is enough */
    char values[PROFILE_VALUES_MAX][PROFILE_NAME_SIZE]; /* of the field, or how the body may begin */
    size_t values_count;
    bool by_beginning; /* the body's beginning decides */
    enum answer_items items;
    char array[PROFILE_NAME_SIZE]; /* of the items: what their paths begin with, "messages[]" */
    char ref[PROFILE_NAME_SIZE];   /* our id in an item; "" = an item's position tells whose it is */
};

/* --- webhooks --- */

enum body_format { BODY_JSON = 1, BODY_FORM = 2, BODY_QUERY = 4 }; /* bits */

struct state_rule {
    char field[PROFILE_NAME_SIZE]; /* "" = the shape's state */
    char value[PROFILE_NAME_SIZE];
    int64_t bits;
    enum receipt_state state;
};

struct receipt_shape {
    unsigned formats;              /* enum body_format */
    char array[PROFILE_NAME_SIZE]; /* what paths of an item begin with; "" = the webhook is one item */
    char ref[PROFILE_NAME_SIZE], state[PROFILE_NAME_SIZE];
    char id[PROFILE_NAME_SIZE], to[PROFILE_NAME_SIZE]; /* "" = none */
    enum number_form number_form;                      /* of to */
    bool states_are_bits;
    struct state_rule states[PROFILE_STATES_MAX]; /* the first that matches decides */
    size_t states_count;
};

struct reply_shape {
    unsigned formats;
    char array[PROFILE_NAME_SIZE];
    enum number_form number_form;
    char id[PROFILE_NAME_SIZE], from[PROFILE_NAME_SIZE];
    char to[PROFILE_NAME_SIZE];
    bool to_may_lack;
    char text[PROFILE_NAME_SIZE]; /* "" = the body is the text */
    char sent[PROFILE_NAME_SIZE]; /* "" = not told */
    char part_ref[PROFILE_NAME_SIZE], part[PROFILE_NAME_SIZE],
        parts[PROFILE_NAME_SIZE]; /* "" = never in parts */
};

/* Which event a webhook tells of, where one URL hears of all. */
struct event_shape {
    char member[PROFILE_NAME_SIZE]; /* "" = the URL says it */
    struct {
        char name[PROFILE_NAME_SIZE];
        enum webhook_kind kind;
    } events[PROFILE_EVENTS_MAX]; /* others are ignored */
    size_t events_count;
};

struct profile {
    char region[65]; /* where the provider keeps its data, for the operator */
    bool is_simulator;
    bool outside_eu;
    char *outside_urls[PROFILE_URLS_MAX]; /* owned; where only URLs that begin so lie outside */
    size_t outside_urls_count;
    bool dedupes, takes_names;
    double rate_per_s;
    int answer_status;
    int64_t answer_deadline_ms;
    struct signature_scheme *signature; /* owned; NULL = none */
    struct profile_request request;
    struct accepted_shape accepted;
    struct outcome_rule outcomes[PROFILE_OUTCOMES_MAX]; /* the first that matches decides */
    size_t outcomes_count;
    struct event_shape event;
    struct receipt_shape receipt;
    struct reply_shape reply;
};

/* --- reading one, a file a noun --- */

struct json_reader;

void profile_read_request(struct profile_request *request, struct json_reader *root);
void profile_request_clear(struct profile_request *request);
/* Whether one of its templates holds this text. */
bool profile_request_uses(const struct profile_request *request, const char *placeholder);
/* Whether the settings do not give a {parameter:NAME} of its templates; the first such name. */
bool profile_request_lacks(const struct profile_request *request, const struct gateway_settings *gateway,
                           char name_out[PROFILE_NAME_SIZE]);

void profile_read_answer(struct profile *profile, struct json_reader *root);   /* accepted, outcomes */
void profile_read_webhooks(struct profile *profile, struct json_reader *root); /* events, receipt, reply */

/* Members of every kind: a name or path (1..64 bytes), a choice (index, 0 with the problem kept), a template. */
void profile_read_name(struct json_reader *reader, const char *member, char out[PROFILE_NAME_SIZE]);
size_t profile_read_choice(struct json_reader *reader, const char *member, const char *const *choices);
/* The texts of "value" (one) or "values" (1..PROFILE_VALUES_MAX); the count. */
size_t profile_read_values(struct json_reader *reader, char out[PROFILE_VALUES_MAX][PROFILE_NAME_SIZE]);
/* What a path of an item begins with, "results[]"; "" when it has no array. */
void profile_path_array(const char *path, char out[PROFILE_NAME_SIZE]);

#endif
