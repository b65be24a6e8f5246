/* What a profile holds, for the files of the gateway layer only. Strings are copies owned by the profile. */
#ifndef GATEWAY_PROFILE_PARTS_H
#define GATEWAY_PROFILE_PARTS_H

#include <stddef.h>

#include "domain/delivery.h"
#include "gateway/profile.h"
#include "gateway/submit.h"

#define PROFILE_NAME_SIZE    65  /* a member's name or a dotted path, a value to compare */
#define PROFILE_TEMPLATE_MAX 512 /* bytes */
#define PROFILE_FIELDS_MAX   16
#define PROFILE_ACCEPTED_MAX 8
#define PROFILE_STARTS_MAX   4
#define PROFILE_OUTCOMES_MAX 64
#define PROFILE_STATES_MAX   32

struct profile_field {
    char name[PROFILE_NAME_SIZE];
    char *template; /* owned */
};

enum request_body { REQUEST_JSON, REQUEST_FORM, REQUEST_TEXT };

struct profile_request {
    char method[8];
    char *url;                         /* owned template */
    char *headers[SUBMIT_HEADERS_MAX]; /* owned templates "Name: value" */
    size_t headers_count;
    char gsm7[PROFILE_NAME_SIZE], ucs2[PROFILE_NAME_SIZE]; /* what {encoding} stands for */
    enum request_body body;
    struct profile_field fields[PROFILE_FIELDS_MAX]; /* of a JSON body or a form, in the file's order */
    size_t fields_count;
    char *text; /* owned template; of a text body */
};

struct outcome_rule {
    int status_low, status_high;
    char field[PROFILE_NAME_SIZE]; /* "" = the status alone decides */
    char value[PROFILE_NAME_SIZE];
    enum submit_outcome outcome;
};

enum body_format { BODY_JSON, BODY_FORM, BODY_QUERY };
enum number_form { NUMBER_E164, NUMBER_DIGITS, NUMBER_EITHER };

struct receipt_shape {
    enum body_format format;
    char ref[PROFILE_NAME_SIZE], id[PROFILE_NAME_SIZE], state[PROFILE_NAME_SIZE]; /* id may be "" */
    bool states_are_bits;
    struct {
        char name[PROFILE_NAME_SIZE];
        int64_t bits;
        enum receipt_state state;
    } states[PROFILE_STATES_MAX];
    size_t states_count;
};

struct reply_shape {
    enum body_format format;
    enum number_form number_form;
    char id[PROFILE_NAME_SIZE], from[PROFILE_NAME_SIZE], to[PROFILE_NAME_SIZE];
    char text[PROFILE_NAME_SIZE]; /* "" = the body is the text */
};

struct profile {
    char region[33]; /* where the provider keeps its data, for the operator */
    bool is_simulator;
    struct profile_request request;
    int accepted[PROFILE_ACCEPTED_MAX];
    size_t accepted_count;
    char accepted_id[PROFILE_NAME_SIZE]; /* "" = the body's beginning decides */
    char accepted_starts[PROFILE_STARTS_MAX][PROFILE_NAME_SIZE];
    size_t accepted_starts_count;
    struct outcome_rule outcomes[PROFILE_OUTCOMES_MAX]; /* the first that matches decides */
    size_t outcomes_count;
    struct receipt_shape receipt;
    struct reply_shape reply;
};

#endif
