#include "store/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/call.h"
#include "store/weeks.h"

static bool contact_read(const struct redis_value *fields, struct person *person);
static bool pulse_read(const struct redis_value *fields, const struct redis_value *messages,
                       struct person_pulse *pulse);

const char *do_not_contact_name(enum do_not_contact why)
{
    switch (why) {
    case CONTACT_ALLOWED:
        return "";
    case CONTACT_STOPPED:
        return "stopped";
    case CONTACT_ERASED:
        return "erased";
    case CONTACT_WRONG_PERSON:
        return "wrong_person";
    }
    return "";
}

/* Every mark forbids, also one of a later version. */
static enum do_not_contact mark_of(const char *mark)
{
    return mark[0] == '\0'          ? CONTACT_ALLOWED
           : strcmp(mark, "e") == 0 ? CONTACT_ERASED
           : strcmp(mark, "w") == 0 ? CONTACT_WRONG_PERSON
                                    : CONTACT_STOPPED;
}

static struct redis_value *run(struct redis_link *link, struct redis_command *command, struct error *error)
{
    struct redis_value *value = redis_link_run(link, command, error);
    redis_command_free(command);
    return value;
}

bool person_load(struct redis_link *link, const char *org, const char phone_hash[PHONE_HASH_SIZE],
                 struct person *person_out, struct error *error)
{
    struct redis_command command = {0};
    *person_out = (struct person){.contacted_day = -1};
    call_begin_read(&command, "person_load", org);
    redis_command_add(&command, phone_hash);
    struct redis_value *value = run(link, &command, error);
    if (value == NULL) {
        return false;
    }
    const struct redis_value *record = redis_item(value, 2), *name = redis_item(value, 3);
    person_out->mark = mark_of(redis_text(redis_item(value, 1)));
    person_out->is_contact = redis_text_bytes(redis_item(value, 4)) > 0;
    person_out->has_pulse = redis_count(redis_item(value, 6)) > 0;
    person_out->is_volunteer = redis_text_bytes(record) > 0;
    bool read = strcmp(redis_word(value), "OK") == 0 && redis_count(value) == 8 &&
                text_copy(person_out->contact, ID_SIZE, redis_text(redis_item(value, 4))) &&
                contact_read(redis_item(value, 5), person_out) &&
                pulse_read(redis_item(value, 6), redis_item(value, 7), &person_out->pulse) &&
                (!person_out->is_volunteer ||
                 volunteer_read(redis_text(record), redis_text_bytes(record), &person_out->volunteer));
    text_add_bytes(&person_out->volunteer.name, redis_text(name), redis_text_bytes(name));
    redis_value_free(&value);
    if (!read) {
        person_free(person_out);
    }
    return read || error_set(error, "Redis gave an answer that is not one of person_load");
}

bool person_is_known(const struct person *person)
{
    return person->is_contact || person->is_volunteer || person->mark != CONTACT_ALLOWED;
}

void person_free(struct person *person)
{
    text_free(&person->pilots);
    text_free(&person->occasions);
    volunteer_clear(&person->volunteer);
    free(person->caps);
    *person = (struct person){0};
}

static void add_cap(struct person *person, const char *question, int64_t week_index)
{
    person->caps = memory_resized(person->caps, person->caps_count + 1, sizeof *person->caps);
    struct person_cap *cap = &person->caps[person->caps_count++];
    cap->week_index = week_index;
    snprintf(cap->question, sizeof cap->question, "%s", question);
}

static bool contact_read(const struct redis_value *fields, struct person *person)
{
    bool fits = true;
    for (size_t i = 0; i + 1 < redis_count(fields); i += 2) {
        const char *name = redis_text(redis_item(fields, i));
        const struct redis_value *value = redis_item(fields, i + 1);
        const char *text = redis_text(value);
        if (strcmp(name, "l") == 0) {
            fits = fits && text_copy(person->language, sizeof person->language, text);
        } else if (strcmp(name, "s") == 0) {
            fits = fits && text_copy(person->stratum, sizeof person->stratum, text);
        } else if (strcmp(name, "m") == 0) {
            text_add(&person->pilots, text);
        } else if (strcmp(name, "i") == 0) {
            person->imported_day = redis_int(value);
        } else if (strcmp(name, "f") == 0) {
            person->stopped = strchr(text, 's') != NULL;
            person->unusable = strchr(text, 'x') != NULL;
        } else if (strcmp(name, "pu") == 0) {
            person->paused_until_ms = redis_int(value);
        } else if (strcmp(name, "t") == 0) {
            person->contacted_day = redis_int(value);
        } else if (strcmp(name, "w") == 0) {
            text_add(&person->occasions, text);
        } else if (strncmp(name, "said:", 5) == 0) {
            enum standing_text said = TEXT_HELP;
            fits = fits && standing_text_parse(name + 5, &said);
            person->said_ms[said] = redis_int(value);
        } else if (strncmp(name, "q:", 2) == 0) {
            add_cap(person, name + 2, redis_int(value));
        }
    }
    return fits;
}

static bool message_read(const struct redis_value *fields, struct person_message *message)
{
    message->step = (int)redis_int(redis_item(fields, 0));
    message->attempts = redis_int(redis_item(fields, 3));
    return text_copy(message->state, sizeof message->state, redis_text(redis_item(fields, 1))) &&
           text_copy(message->kind, sizeof message->kind, redis_text(redis_item(fields, 2))) &&
           text_copy(message->gateway_id, sizeof message->gateway_id, redis_text(redis_item(fields, 4)));
}

static bool pulse_read(const struct redis_value *fields, const struct redis_value *messages,
                       struct person_pulse *pulse)
{
    bool fits = true;
    for (size_t k = 0; k < QUESTIONS_MAX; k++) {
        pulse->value[k] = -1;
    }
    for (size_t i = 0; i + 1 < redis_count(fields); i += 2) {
        const char *name = redis_text(redis_item(fields, i));
        const struct redis_value *value = redis_item(fields, i + 1);
        const char *text = redis_text(value);
        if (strcmp(name, "p") == 0) {
            fits = fits && text_copy(pulse->pilot, sizeof pulse->pilot, text);
        } else if (strcmp(name, "v") == 0) {
            fits = fits && text_copy(pulse->survey, sizeof pulse->survey, text);
        } else if (strcmp(name, "st") == 0) {
            fits = fits && text_copy(pulse->state, sizeof pulse->state, text);
        } else if (strcmp(name, "w") == 0) {
            fits = fits && text_copy(pulse->week, sizeof pulse->week, text);
        } else if (strcmp(name, "r") == 0) {
            fits = fits && text_copy(pulse->round, sizeof pulse->round, text);
        } else if (strcmp(name, "i") == 0) {
            pulse->asked_ms = redis_int(value);
        } else if (strcmp(name, "x") == 0) {
            pulse->closes_ms = redis_int(value);
        } else if (strcmp(name, "e") == 0) {
            pulse->complete = true;
        } else if (strcmp(name, "un") == 0) {
            pulse->unparseable = true;
        } else if (strcmp(name, "cl") == 0) {
            pulse->clarified = true;
        } else if (strcmp(name, "so") == 0) {
            pulse->stopped = true;
        } else if (name[0] == 'a' && name[1] >= '0' && name[1] < '0' + QUESTIONS_MAX && name[2] == '\0') {
            pulse->value[name[1] - '0'] = (int)redis_int(value);
        }
    }
    for (size_t i = 0; i < redis_count(messages) && i < STEPS_MAX; i++) {
        fits = fits && message_read(redis_item(messages, i), &pulse->messages[pulse->messages_count++]);
    }
    return fits;
}

/* --- weeks that are not closed --- */

/* Runs one function over both lists of every week that is not closed, page after page. `function` is
 * followed by `lead` (NULL = nothing), list, week, and the member to begin after. */
struct walk {
    const char *function, *lead;
    bool writes;
    /* One page; false with the error set ends the walk. */
    bool (*take)(void *context, const char *list, const char *week, const struct redis_value *page,
                 struct error *error);
    void *context;
};

static bool walk_list(struct redis_link *link, const char *org, const struct walk *walk, const char *list,
                      const char *week, struct error *error)
{
    char after[ID_SIZE] = "";
    bool done = true;
    do {
        struct redis_command command = {0};
        if (walk->writes) {
            call_begin(&command, walk->function, org);
        } else {
            call_begin_read(&command, walk->function, org);
        }
        if (walk->lead != NULL) {
            redis_command_add(&command, walk->lead);
        }
        redis_command_add(&command, list);
        redis_command_add(&command, week);
        redis_command_add(&command, after);
        struct redis_value *page = run(link, &command, error);
        done = page != NULL;
        if (done && (strcmp(redis_word(page), "OK") != 0 ||
                     !text_copy(after, sizeof after, redis_text(redis_item(page, 1))))) {
            done = error_set(error, "Redis gave an answer that is not one of %s", walk->function);
        }
        done = done && walk->take(walk->context, list, week, page, error);
        redis_value_free(&page);
    } while (done && after[0] != '\0');
    return done;
}

static bool walk_weeks(struct redis_link *link, const char *org, const struct walk *walk, struct error *error)
{
    struct redis_command command = {0};
    week_hash_command(&command, org, WEEK_STATES, "");
    struct redis_value *weeks = run(link, &command, error);
    bool done = weeks != NULL;
    for (size_t i = 0; done && i + 1 < redis_count(weeks); i += 2) {
        const char *week = redis_text(redis_item(weeks, i));
        if (strcmp(redis_text(redis_item(weeks, i + 1)), "published") != 0) {
            done =
                walk_list(link, org, walk, "w", week, error) && walk_list(link, org, walk, "ws", week, error);
        }
    }
    redis_value_free(&weeks);
    return done;
}

static bool take_links(void *context, const char *list, const char *week, const struct redis_value *page,
                       struct error *error)
{
    struct person_traces *traces = context;
    bool fits = true;
    for (size_t i = 2; fits && i < redis_count(page); i++) {
        const struct redis_value *link = redis_item(page, i);
        const char *state = redis_text(redis_item(link, 1)), *what = redis_text(redis_item(link, 2));
        if (strcmp(list, "w") == 0) {
            traces->pulses = memory_resized(traces->pulses, traces->pulses_count + 1, sizeof *traces->pulses);
            struct person_pulse *pulse = &traces->pulses[traces->pulses_count++];
            *pulse = (struct person_pulse){0};
            fits = text_copy(pulse->state, sizeof pulse->state, state) &&
                   text_copy(pulse->pilot, sizeof pulse->pilot, what) &&
                   text_copy(pulse->survey, sizeof pulse->survey, redis_text(redis_item(link, 3))) &&
                   text_copy(pulse->week, sizeof pulse->week, week);
        } else {
            traces->texts = memory_resized(traces->texts, traces->texts_count + 1, sizeof *traces->texts);
            struct person_message *text = &traces->texts[traces->texts_count++];
            *text = (struct person_message){.step = STEP_NONE};
            fits = text_copy(text->state, sizeof text->state, state) &&
                   text_copy(text->kind, sizeof text->kind, what) &&
                   text_copy(text->week, sizeof text->week, week);
        }
    }
    return fits || error_set(error, "Redis gave an answer that is not one of person_links");
}

bool person_traces_load(struct redis_link *link, const char *org, const char *contact,
                        struct person_traces *traces_out, struct error *error)
{
    *traces_out = (struct person_traces){0};
    const struct walk walk = {
        .function = "person_links", .lead = contact, .take = take_links, .context = traces_out};
    if (!walk_weeks(link, org, &walk, error)) {
        person_traces_free(traces_out);
        return false;
    }
    return true;
}

void person_traces_free(struct person_traces *traces)
{
    free(traces->pulses);
    free(traces->texts);
    *traces = (struct person_traces){0};
}

static bool take_swept(void *context, const char *list, const char *week, const struct redis_value *page,
                       struct error *error)
{
    (void)list;
    (void)week;
    (void)error;
    *(int64_t *)context += redis_int(redis_item(page, 2));
    return true;
}

bool person_erase(struct redis_link *link, const char *org, const char phone_hash[PHONE_HASH_SIZE],
                  bool allow_return, struct person_erased *erased_out, struct error *error)
{
    struct redis_command command = {0};
    *erased_out = (struct person_erased){0};
    call_begin(&command, "person_erase", org);
    redis_command_add(&command, phone_hash);
    redis_command_add(&command, allow_return ? "" : "e");
    struct redis_value *value = run(link, &command, error);
    if (value == NULL) {
        return false;
    }
    erased_out->known = strcmp(redis_word(value), "OK") == 0;
    erased_out->contact = redis_int(redis_item(value, 1)) != 0;
    erased_out->pulse = redis_int(redis_item(value, 2)) != 0;
    erased_out->volunteer = redis_int(redis_item(value, 3)) != 0;
    erased_out->mark = mark_of(redis_text(redis_item(value, 4)));
    redis_value_free(&value);
    return people_sweep(link, org, &erased_out->references, error);
}

/* How many contacts have gone since the last sweep, as text; false on an error. */
static bool gone_load(struct redis_link *link, const char *org, char gone_out[24], struct error *error)
{
    char key[STORE_BASE_SIZE + 8];
    struct redis_command command = {0};
    call_base(org, key);
    snprintf(key + strlen(key), 8, "rollup");
    redis_command_add(&command, "HGET");
    redis_command_add(&command, key);
    redis_command_add(&command, "gone");
    struct redis_value *value = run(link, &command, error);
    bool read = value != NULL && text_copy(gone_out, 24, redis_text(value));
    redis_value_free(&value);
    return read;
}

bool people_sweep(struct redis_link *link, const char *org, int64_t *references_out, struct error *error)
{
    char gone[24];
    *references_out = 0;
    if (!gone_load(link, org, gone, error)) {
        return false;
    }
    const struct walk walk = {
        .function = "person_sweep", .writes = true, .take = take_swept, .context = references_out};
    if (gone[0] == '\0') {
        return true;
    }
    if (!walk_weeks(link, org, &walk, error)) {
        return false;
    }
    struct redis_command command = {0};
    call_begin(&command, "people_swept", org);
    redis_command_add(&command, gone);
    struct redis_value *value = run(link, &command, error);
    bool done = value != NULL;
    redis_value_free(&value);
    return done;
}
