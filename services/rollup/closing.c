#include "rollup/closing.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rollup/ending.h"
#include "rollup/watermark.h"
#include "store/books.h"
#include "store/weeks.h"
#include "store/words.h"

#define PUBLISH_PAIRS_MAX 60
#define NOT_LOADED        INT64_MAX
#define ANSWER_STRANGE    "Redis answers otherwise than expected" /* said when nothing better is known */

enum phase { PHASE_FIND, PHASE_SETTLE, PHASE_SWEEP, PHASE_WORDS, PHASE_BOOKS, PHASE_PUBLISH, PHASE_END };

struct closing {
    const struct settings *settings;
    struct org org;
    int64_t loaded_week; /* units hold every published week up to this one, or NOT_LOADED */
    int64_t week;        /* being closed, or next */
    int64_t due_ms;      /* of that week; -1 = none known */
    int64_t told_ms;     /* due time last written to the store */
    enum phase phase;
    struct watermark watermark;
    int64_t words_deleted; /* by this closing */
    struct units units;
    struct ending *ending;
    char problem[512]; /* said last, so that it is said once */
    struct closing_figures figures;
};

static enum closing_step find_week(struct closing *closing, struct redis_link *link, int64_t now_ms);
static enum closing_step await_replies(struct closing *closing, struct redis_link *link);
static enum closing_step settle_pulses(struct closing *closing, struct redis_link *link, int64_t now_ms);
static enum closing_step sweep_messages(struct closing *closing, struct redis_link *link, int64_t now_ms);
static enum closing_step expire_words(struct closing *closing, struct redis_link *link, int64_t now_ms);
static enum closing_step check_books(struct closing *closing, struct redis_link *link);
static enum closing_step publish(struct closing *closing, struct redis_link *link);
static enum closing_step end_week(struct closing *closing, struct redis_link *link, int64_t now_ms);
static const char *phase_word(enum phase phase);

struct closing *closing_new(const struct settings *settings, const struct org *org, struct rewrite *rewrite)
{
    struct closing *closing = memory_zeroed(1, sizeof *closing);
    closing->settings = settings;
    closing->org = *org;
    closing->loaded_week = NOT_LOADED;
    closing->due_ms = -1;
    closing->told_ms = -1;
    closing->ending = ending_new(settings, &closing->org, rewrite);
    closing->phase = PHASE_END; /* what an earlier process left undone comes first */
    closing->figures = (struct closing_figures){.due_ms = -1, .phase = phase_word(closing->phase)};
    return closing;
}

void closing_free(struct closing **closing)
{
    if (*closing != NULL) {
        units_clear(&(*closing)->units);
        ending_free(&(*closing)->ending);
        free(*closing);
        *closing = NULL;
    }
}

const char *closing_org(const struct closing *closing)
{
    return closing->org.id;
}

static const char *phase_word(enum phase phase)
{
    switch (phase) {
    case PHASE_FIND:
        return "find";
    case PHASE_SETTLE:
        return "settle";
    case PHASE_SWEEP:
        return "sweep";
    case PHASE_WORDS:
        return "words";
    case PHASE_BOOKS:
        return "books";
    case PHASE_PUBLISH:
        return "publish";
    case PHASE_END:
        return "end";
    }
    return "find";
}

enum closing_step closing_step(struct closing *closing, struct redis_link *link, int64_t now_ms,
                               int64_t *due_ms_out)
{
    enum closing_step step = CLOSING_WAIT;
    switch (closing->phase) {
    case PHASE_FIND:
        step = find_week(closing, link, now_ms);
        break;
    case PHASE_SETTLE:
        step = settle_pulses(closing, link, now_ms);
        break;
    case PHASE_SWEEP:
        step = sweep_messages(closing, link, now_ms);
        break;
    case PHASE_WORDS:
        step = expire_words(closing, link, now_ms);
        break;
    case PHASE_BOOKS:
        step = check_books(closing, link);
        break;
    case PHASE_PUBLISH:
        step = publish(closing, link);
        break;
    case PHASE_END:
        step = end_week(closing, link, now_ms);
        break;
    }
    *due_ms_out = closing->due_ms;
    closing->figures.due_ms = closing->due_ms;
    closing->figures.phase = phase_word(closing->phase);
    closing->figures.waits = step == CLOSING_WAIT;
    return step;
}

const struct closing_figures *closing_figures(const struct closing *closing)
{
    return &closing->figures;
}

/* Says a problem once, and again only when it is another one. */
static enum closing_step wait_because(struct closing *closing, const char *problem)
{
    if (strcmp(closing->problem, problem) != 0) {
        log_warning("%s: closing waits: %s", closing->org.id, problem);
        (void)text_copy(closing->problem, sizeof closing->problem, problem);
    }
    return CLOSING_WAIT;
}

static struct redis_value *run(struct redis_link *link, struct redis_command *command, struct error *error)
{
    struct redis_value *value = redis_link_run(link, command, error);
    redis_command_free(command);
    return value;
}

/* --- which week is next --- */

/* Reads the weeks' states: first known week and last published one; false when there is none at all. */
static bool weeks_range(const struct redis_value *weeks, int64_t *first_out, int64_t *published_out)
{
    bool any = false;
    *published_out = INT64_MIN;
    for (size_t i = 0; i + 1 < redis_count(weeks); i += 2) {
        int64_t week = 0;
        if (!week_parse(redis_text(redis_item(weeks, i)), &week)) {
            continue;
        }
        *first_out = !any || week < *first_out ? week : *first_out;
        any = true;
        bool published = strcmp(redis_text(redis_item(weeks, i + 1)), "published") == 0;
        *published_out = published && week > *published_out ? week : *published_out;
    }
    return any;
}

/* After a start: every published week once more into memory. */
static bool load_units(struct closing *closing, struct redis_link *link, int64_t first, int64_t published,
                       struct error *error)
{
    units_clear(&closing->units);
    for (int64_t week = first; week <= published; week++) {
        if (!units_add_week(&closing->units, link, &closing->org, week, error)) {
            return false;
        }
    }
    return published < first || units_take_published(&closing->units, link, &closing->org, published, error);
}

static enum closing_step find_week(struct closing *closing, struct redis_link *link, int64_t now_ms)
{
    if (closing->due_ms >= 0 && closing->told_ms == closing->due_ms && now_ms < closing->due_ms) {
        return CLOSING_IDLE;
    }
    struct error error;
    struct redis_command command = {0};
    week_hash_command(&command, closing->org.id, WEEK_STATES, "");
    struct redis_value *weeks = run(link, &command, &error);
    if (weeks == NULL) {
        return wait_because(closing, error.text);
    }
    int64_t first = 0, published = 0;
    bool any = weeks_range(weeks, &first, &published);
    redis_value_free(&weeks);
    if (!any) {
        return CLOSING_IDLE;
    }
    if (closing->loaded_week != published) { /* a start; or weeks were published by another, or lost */
        closing->loaded_week = NOT_LOADED;
        if (!load_units(closing, link, first, published, &error)) {
            return wait_because(closing, error.text);
        }
        closing->loaded_week = published;
    }
    closing->week = published == INT64_MIN ? first : published + 1;
    closing->due_ms = week_closes_ms(closing->org.zone, closing->week, closing->settings->grace_hours);
    if (closing->told_ms != closing->due_ms) {
        rollup_due_command(&command, closing->org.id, closing->due_ms);
        struct redis_value *told = run(link, &command, &error);
        if (told == NULL) {
            return wait_because(closing, error.text);
        }
        redis_value_free(&told);
        closing->told_ms = closing->due_ms;
    }
    return now_ms < closing->due_ms ? CLOSING_IDLE : await_replies(closing, link);
}

/* Everything that was received before the week is due must be in, also what waits in a collector's spool. */
static enum closing_step await_replies(struct closing *closing, struct redis_link *link)
{
    struct error why;
    switch (watermark_look(&closing->watermark, link, closing->due_ms, &why)) {
    case WATERMARK_PASSED:
        closing->phase = PHASE_SETTLE;
        return CLOSING_MORE;
    case WATERMARK_ASKED:
        return CLOSING_POLL;
    case WATERMARK_WAITS:
        break;
    }
    return wait_because(closing, why.text);
}

/* --- dispositions, and the end of every link --- */

/* False while the pulse cannot end yet: its message is under way or may still be sent. */
static bool pulse_may_end(const struct week_pulse *pulse, int64_t now_ms)
{
    if (strcmp(pulse->message_state, "leased") == 0 || strcmp(pulse->message_state, "submitting") == 0) {
        return false;
    }
    if (strcmp(pulse->message_state, "queued") == 0) {
        return now_ms >= pulse->not_after_ms;
    }
    return !pulse->asked || now_ms >= pulse->closes_ms;
}

static enum disposition pulse_disposition(const struct week_pulse *pulse)
{
    return pulse->asked ? disposition_at_close(&pulse->end) : PULSE_STALE;
}

static enum closing_step settle_pulses(struct closing *closing, struct redis_link *link, int64_t now_ms)
{
    static struct week_loaded loaded;
    char week[WEEK_SIZE];
    week_text(closing->week, week);
    struct error error = {ANSWER_STRANGE};
    struct redis_command command = {0};
    week_load_command(&command, closing->org.id, week);
    struct redis_value *value = run(link, &command, &error);
    if (value == NULL) {
        return wait_because(closing, error.text);
    }
    bool read = week_load_result(value, &loaded);
    redis_value_free(&value);
    if (!read) {
        return wait_because(closing, "a pulse cannot be read");
    }
    struct week_end ends[WEEK_BATCH_MAX];
    size_t count = 0;
    for (size_t i = 0; i < loaded.pulses_count; i++) {
        if (pulse_may_end(&loaded.pulses[i], now_ms)) {
            ends[count++] = (struct week_end){&loaded.pulses[i], pulse_disposition(&loaded.pulses[i])};
        }
    }
    if (loaded.pulses_left == 0) {
        closing->phase = PHASE_SWEEP;
        return CLOSING_MORE;
    }
    if (count == 0) {
        return wait_because(closing, "messages are under way");
    }
    week_settle_command(&command, closing->org.id, week, ends, count);
    value = run(link, &command, &error);
    int64_t settled = 0, stale = 0;
    if (value == NULL || !week_settle_result(value, &settled, &stale)) {
        redis_value_free(&value);
        return wait_because(closing, error.text);
    }
    redis_value_free(&value);
    return settled > 0 ? CLOSING_MORE : wait_because(closing, "pulses change while they are being closed");
}

static enum closing_step sweep_messages(struct closing *closing, struct redis_link *link, int64_t now_ms)
{
    char week[WEEK_SIZE];
    week_text(closing->week, week);
    struct error error = {ANSWER_STRANGE};
    struct redis_command command = {0};
    week_sweep_command(&command, closing->org.id, week, now_ms);
    struct redis_value *value = run(link, &command, &error);
    int64_t removed = 0, left = 0;
    if (value == NULL || !week_sweep_result(value, &removed, &left)) {
        redis_value_free(&value);
        return wait_because(closing, error.text);
    }
    redis_value_free(&value);
    if (left == 0) {
        closing->phase = PHASE_WORDS;
        return CLOSING_MORE;
    }
    return removed > 0 ? CLOSING_MORE : wait_because(closing, "messages are under way");
}

/* Own words of weeks that ended longer ago than they are kept. Every closing looks back over more weeks
 * than the longest time they may be kept, so that a shorter setting takes hold at once. */
static enum closing_step expire_words(struct closing *closing, struct redis_link *link, int64_t now_ms)
{
    struct error error = {ANSWER_STRANGE};
    struct redis_command command = {0};
    int64_t kept_from_ms = now_ms - closing->settings->words_days * DAY_MS;
    int64_t last_week = week_index_at(closing->org.zone, kept_from_ms) - 1;
    words_expire_command(&command, closing->org.id, last_week - WORDS_EXPIRE_WEEKS_MAX + 1, last_week);
    struct redis_value *value = run(link, &command, &error);
    int64_t deleted = 0;
    if (value == NULL || !words_expire_result(value, &deleted)) {
        redis_value_free(&value);
        return wait_because(closing, error.text);
    }
    redis_value_free(&value);
    closing->words_deleted += deleted;
    if (deleted > 0) {
        return CLOSING_MORE;
    }
    if (closing->words_deleted > 0) {
        log_info("%s: deleted %lld own words of weeks that ended more than %lld days ago", closing->org.id,
                 (long long)closing->words_deleted, (long long)closing->settings->words_days);
    }
    closing->words_deleted = 0;
    closing->phase = PHASE_BOOKS;
    return CLOSING_MORE;
}

/* --- figures --- */

static enum closing_step check_books(struct closing *closing, struct redis_link *link)
{
    struct error error;
    struct books books;
    if (!books_check(link, closing->org.id, &books, &error)) {
        return wait_because(closing, error.text);
    }
    bool balanced = books.differences == 0;
    closing->figures.books_checked = true;
    closing->figures.books_balanced = balanced;
    enum closing_step step = CLOSING_MORE;
    if (balanced) {
        closing->phase = PHASE_PUBLISH;
    } else {
        struct error problem;
        error_set(&problem, "the books do not balance: %s", books.report.chars);
        step = wait_because(closing, problem.text);
    }
    books_free(&books);
    return step;
}

static bool publish_figures(struct closing *closing, struct redis_link *link, const char *week,
                            struct error *error)
{
    const char *names[PUBLISH_PAIRS_MAX], *figures[PUBLISH_PAIRS_MAX];
    for (size_t first = 0; first < closing->units.count; first += PUBLISH_PAIRS_MAX) {
        size_t count = 0;
        for (size_t i = first; i < closing->units.count && count < PUBLISH_PAIRS_MAX; i++, count++) {
            names[count] = closing->units.items[i].name;
            figures[count] = closing->units.items[i].figure;
        }
        struct redis_command command = {0};
        week_publish_command(&command, closing->org.id, week, names, figures, count);
        struct redis_value *value = run(link, &command, error);
        int64_t written = 0;
        bool closed = false;
        bool done = value != NULL && week_publish_result(value, &written, &closed);
        redis_value_free(&value);
        if (!done) {
            return false;
        }
    }
    return true;
}

/* The roll-up stays due until the week's checkpoint is there: whoever moves domain time waits for it. */
static enum closing_step publish(struct closing *closing, struct redis_link *link)
{
    char week[WEEK_SIZE], week_before[WEEK_SIZE];
    week_text(closing->week, week);
    week_text(closing->week - 1, week_before);
    struct error error = {ANSWER_STRANGE};
    closing->loaded_week =
        NOT_LOADED; /* until sealed: a half-done publication is done again from the store */
    if (!units_add_week(&closing->units, link, &closing->org, closing->week, &error)) {
        closing->phase = PHASE_FIND;
        return wait_because(closing, error.text);
    }
    units_compute(&closing->units);
    struct redis_command command = {0};
    week_seal_command(&command, closing->org.id, week, week_before, closing->due_ms);
    struct redis_value *sealed =
        publish_figures(closing, link, week, &error) ? redis_link_run(link, &command, &error) : NULL;
    redis_command_free(&command);
    bool done = sealed != NULL && week_seal_result(sealed);
    redis_value_free(&sealed);
    closing->phase =
        PHASE_END; /* also when the answer is lost: the week may be sealed, and is then to be ended */
    if (!done) {
        return wait_because(closing, error.text);
    }
    closing->loaded_week = closing->week;
    closing->told_ms = closing->due_ms;
    closing->problem[0] = '\0';
    closing->figures.weeks_closed++;
    closing->figures.closed_at_ms = clock_wall_ms();
    log_info("%s: week %s closed: %zu figures published, books balanced, links removed", closing->org.id,
             week, closing->units.count);
    return CLOSING_MORE;
}

static enum closing_step end_week(struct closing *closing, struct redis_link *link, int64_t now_ms)
{
    struct error error;
    switch (ending_step(closing->ending, link, now_ms, &error)) {
    case ENDING_DONE:
        closing->problem[0] = '\0';
        closing->phase = PHASE_FIND;
        return CLOSING_MORE;
    case ENDING_MORE:
        return CLOSING_MORE;
    case ENDING_POLL:
        return CLOSING_POLL;
    case ENDING_WAIT:
        break;
    }
    return error.text[0] == '\0' ? CLOSING_WAIT : wait_because(closing, error.text);
}
