/* pulssi words list: what people wrote in their own words, in lots of at least five people.
 *
 *   records of published weeks → by question, whole weeks → lots → opened → shuffled → shown
 *
 * Promises: a text is shown with no finer time than its lot's weeks and in no order; texts that do not
 * fill a lot are not shown, nor opened; a lot is the same whenever it is looked at. */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "ctl/audited.h"
#include "ctl/output.h"
#include "ctl/reader.h"
#include "domain/definition.h"
#include "domain/lots.h"
#include "store/words.h"

/* The texts of one question, and their lots. */
struct question_words {
    const struct own_words *items; /* borrowed */
    size_t count;
    struct lots lots;
    struct lot *each; /* lots.count of them; owned */
};

struct listing {
    const char *pilot, *wanted; /* wanted: the question, NULL = all */
    struct words words;
    struct reader reader;
    struct question_words *questions;
    size_t questions_count;
    size_t texts_count; /* in lots */
    size_t unreadable;
};

static bool listing_make(struct ctl *ctl, struct listing *listing, struct error *error);
static bool make_lots(struct ctl *ctl, struct listing *listing, struct question_words *question,
                      struct error *error);
static void listing_free(struct listing *listing);
static void show_json(const struct ctl *ctl, struct listing *listing);
static void show_text(struct listing *listing);
static void say_what_is_missing(const struct ctl *ctl, const struct listing *listing);

/* A question's name, or survey@version/name. What else was typed may be anything: it is shown nowhere. */
static bool question_is_sound(const char *wanted)
{
    char survey[QUESTION_REF_SIZE];
    const char *slash = strchr(wanted, '/');
    int64_t version = 0;
    if (slash == NULL)
        return id_is_name(wanted, NAME_SIZE - 1);
    snprintf(survey, sizeof survey, "%.*s", (int)(slash - wanted), wanted);
    char *mark = strchr(survey, '@');
    if (strlen(wanted) >= QUESTION_REF_SIZE || mark == NULL)
        return false;
    *mark = '\0';
    return id_is_name(survey, NAME_SIZE - 1) && text_to_int(mark + 1, 1, 9999, &version) &&
           id_is_name(slash + 1, NAME_SIZE - 1);
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct pilot known;
    char what[AUDITED_WHAT_SIZE];
    struct listing listing = {.pilot = ctl_option(ctl, "--pilot"), .wanted = ctl_option(ctl, "--question")};
    if (listing.wanted != NULL && !question_is_sound(listing.wanted))
        return ctl_misused(ctl, "--question: expected the id of a question, or survey@version/question");
    snprintf(what, sizeof what, "words list --pilot %s%s%s", listing.pilot,
             listing.wanted != NULL ? " --question " : "", listing.wanted != NULL ? listing.wanted : "");
    bool done = ctl_org(ctl, &error) &&
                pilot_load(ctl->link, &ctl->record.org, listing.pilot, &known, &error) &&
                reader_load(ctl, &listing.reader, &error) && listing_make(ctl, &listing, &error) &&
                audited(ctl, what, (int64_t)listing.texts_count, &error);
    if (done && ctl->json)
        show_json(ctl, &listing);
    else if (done)
        show_text(&listing);
    if (done)
        say_what_is_missing(ctl, &listing);
    listing_free(&listing);
    return done ? EXIT_SUCCESS : ctl_fail(&error);
}

/* --- questions and lots --- */

/* As "survey@1/question", or the question's id alone. */
static bool question_is_wanted(const struct listing *listing, const char *ref)
{
    const char *slash = strrchr(ref, '/');
    return listing->wanted == NULL || strcmp(listing->wanted, ref) == 0 ||
           (slash != NULL && strcmp(listing->wanted, slash + 1) == 0);
}

static bool listing_make(struct ctl *ctl, struct listing *listing, struct error *error)
{
    const struct words *words = &listing->words;
    if (!words_read(ctl->link, ctl->record.org.id, listing->pilot, &listing->words, error))
        return false;
    listing->unreadable = words->unreadable;
    listing->questions = memory_zeroed(words->count + 1, sizeof *listing->questions);
    size_t next = 0;
    for (size_t first = 0; first < words->count; first = next) {
        while (next < words->count && strcmp(words->items[next].question, words->items[first].question) == 0)
            next++;
        if (!question_is_wanted(listing, words->items[first].question))
            continue;
        struct question_words *question = &listing->questions[listing->questions_count++];
        *question = (struct question_words){.items = words->items + first, .count = next - first};
        if (!make_lots(ctl, listing, question, error))
            return false;
    }
    return true;
}

static bool make_lots(struct ctl *ctl, struct listing *listing, struct question_words *question,
                      struct error *error)
{
    int64_t deleted = 0;
    if (!words_people_deleted(ctl->link, ctl->record.org.id, listing->pilot, question->items[0].question,
                              &deleted, error))
        return false;
    struct lot_item *items = memory_zeroed(question->count, sizeof *items);
    for (size_t i = 0; i < question->count; i++)
        items[i] = (struct lot_item){question->items[i].week, question->items[i].another_person};
    question->each = memory_zeroed(question->count, sizeof *question->each);
    question->lots = lots_make(items, question->count, deleted, question->each);
    free(items);
    for (size_t i = 0; i < question->lots.count; i++)
        listing->texts_count += question->each[i].count;
    return true;
}

static void listing_free(struct listing *listing)
{
    for (size_t i = 0; i < listing->questions_count; i++)
        free(listing->questions[i].each);
    free(listing->questions);
    words_free(&listing->words);
    reader_clear(&listing->reader);
}

/* --- showing --- */

/* Opens a lot's texts in no order: texts_out has room for lot->count. Returns how many opened. */
static size_t open_lot(struct listing *listing, const struct question_words *question, const struct lot *lot,
                       struct text *texts_out)
{
    size_t opened = 0;
    for (size_t i = 0; i < lot->count; i++) {
        const struct own_words *one = &question->items[lot->first + i];
        texts_out[opened] = (struct text){0};
        if (reader_text(&listing->reader, one->sealed, one->sealed_count, &texts_out[opened]))
            opened++;
        else
            listing->unreadable++;
    }
    for (size_t i = opened; i > 1; i--) { /* Fisher and Yates */
        size_t other = random_number() % i;
        struct text moved = texts_out[i - 1];
        texts_out[i - 1] = texts_out[other];
        texts_out[other] = moved;
    }
    return opened;
}

static void free_texts(struct text *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        explicit_bzero(texts[i].chars, texts[i].bytes);
        text_free(&texts[i]);
    }
    free(texts);
}

static void add_lot(struct listing *listing, const struct question_words *question, const struct lot *lot,
                    struct text *out)
{
    char first_week[WEEK_SIZE], last_week[WEEK_SIZE];
    struct text *texts = memory_zeroed(lot->count, sizeof *texts);
    size_t opened = open_lot(listing, question, lot, texts);
    week_text(lot->first_week, first_week);
    week_text(lot->last_week, last_week);
    text_addf(out, "{\"first_week\":\"%s\",\"last_week\":\"%s\",\"people\":%" PRId64 ",\"texts\":[",
              first_week, last_week, lot->people);
    for (size_t k = 0; k < opened; k++) {
        text_add(out, k > 0 ? "," : "");
        json_add_string(out, texts[k].chars);
    }
    text_add(out, "]}");
    free_texts(texts, opened);
}

static void show_json(const struct ctl *ctl, struct listing *listing)
{
    struct text out = {0};
    text_addf(&out, "{\"org\":\"%s\",\"pilot\":\"%s\",\"questions\":[", ctl->record.org.id, listing->pilot);
    for (size_t i = 0; i < listing->questions_count; i++) {
        const struct question_words *question = &listing->questions[i];
        text_add(&out, i > 0 ? ",{\"question\":" : "{\"question\":");
        json_add_string(&out, question->items[0].question);
        text_add(&out, ",\"lots\":[");
        for (size_t k = 0; k < question->lots.count; k++) {
            text_add(&out, k > 0 ? "," : "");
            add_lot(listing, question, &question->each[k], &out);
        }
        text_addf(&out, "],\"waiting\":%" PRId64 ",\"no_longer_shown\":%zu}", question->lots.people_waiting,
                  question->lots.items_cut);
    }
    text_addf(&out, "],\"unreadable\":%zu}", listing->unreadable);
    printf("%s\n", out.chars);
    text_free(&out);
}

static void print_lot(struct listing *listing, const struct question_words *question, const struct lot *lot)
{
    char first_week[WEEK_SIZE], last_week[WEEK_SIZE];
    struct text *texts = memory_zeroed(lot->count, sizeof *texts);
    size_t opened = open_lot(listing, question, lot, texts);
    week_text(lot->first_week, first_week);
    week_text(lot->last_week, last_week);
    if (lot->first_week == lot->last_week)
        printf("  %s, %" PRId64 " people\n", first_week, lot->people);
    else
        printf("  %s to %s, %" PRId64 " people\n", first_week, last_week, lot->people);
    for (size_t k = 0; k < opened; k++)
        output_wrapped("    – ", texts[k].chars);
    free_texts(texts, opened);
}

static void show_text(struct listing *listing)
{
    for (size_t i = 0; i < listing->questions_count; i++) {
        const struct question_words *question = &listing->questions[i];
        int64_t waiting = question->lots.people_waiting;
        printf("%s%s\n", i > 0 ? "\n" : "", question->items[0].question);
        for (size_t k = 0; k < question->lots.count; k++)
            print_lot(listing, question, &question->each[k]);
        if (question->lots.items_cut > 0)
            printf("  %zu older %s shown no more: the rest of the lot has been deleted.\n",
                   question->lots.items_cut, question->lots.items_cut == 1 ? "is" : "are");
        if (waiting > 0)
            printf("  %" PRId64 " more wait%s until five people have written.\n", waiting,
                   waiting == 1 ? "s" : "");
    }
}

static void say_what_is_missing(const struct ctl *ctl, const struct listing *listing)
{
    (void)fflush(stdout);
    if (listing->questions_count == 0 && !ctl->json)
        fprintf(stderr,
                "No words yet for %s%s: they are shown once their week is published (a week\n"
                "closes on the Monday two weeks later) and at least %d people have written.\n",
                listing->pilot, listing->wanted != NULL ? " and this question" : "", LOT_PEOPLE);
    if (listing->unreadable > 0)
        fprintf(stderr,
                "pulssi: %zu text%s could not be opened: damaged, or sealed to another key than the\n"
                "reader's\n",
                listing->unreadable, listing->unreadable == 1 ? "" : "s");
}

static const struct command_option options[] = {
    {"--pilot", "P", "the pilot", true},
    {"--question", "Q", "this question only: its id, or as survey@version/question", false},
    {NULL, NULL, NULL, false},
};

const struct command command_words_list = {
    .name = "words",
    .subcommand = "list",
    .options = options,
    .summary = "show what people wrote in their own words",
    .details = "Opens what is sealed: it needs the reader's secret key. Words of published\n"
               "weeks only, in lots of at least five people a question: whole weeks, shuffled,\n"
               "so that nobody is known by when they wrote. A lot never changes. Words are kept\n"
               "for [retention] words_days.",
    .example = "pulssi words list --pilot coaching-a",
    .run = run,
};
