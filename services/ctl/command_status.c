/* pulssi status: what there is and what waits, for one organisation. Counts only. */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "ctl/counts_print.h"
#include "store/books.h"
#include "store/budget.h"
#include "store/collectors.h"
#include "store/holds.h"
#include "store/outbox.h"
#include "store/schedules.h"
#include "ctl/table.h"

#define ROUNDS_MAX 200

struct status {
    int64_t now_ms; /* domain */
    struct sums counts;
    struct org_next next;
    struct round *rounds;
    size_t rounds_count;
    int64_t held; /* invitations of paused rounds */
    struct schedule_record *schedules;
    size_t schedules_count;
    struct collector_rows collectors; /* of the whole data set */
    struct budget_state budget;
};

static bool status_read(struct ctl *ctl, struct status *status, struct error *error);
static int64_t oldest_due_ms(const struct status *status);
static int64_t next_due_ms(const struct status *status);
static const struct schedule_record *next_schedule(const struct status *status);
static void print_json(const struct org *org, const struct status *status);
static void print_text(const struct org *org, const struct status *status);
static void print_rounds(const struct org *org, const struct status *status);
static void print_schedules(const struct org *org, const struct status *status);
static void print_waiting(const struct org *org, const struct status *status);
static void print_collectors(const struct status *status);
static void print_budget(const struct org *org, const struct status *status);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct status *status = memory_zeroed(1, sizeof *status);
    bool read = ctl_org(ctl, &error) && status_read(ctl, status, &error);
    if (read && ctl->json)
        print_json(&ctl->record.org, status);
    else if (read)
        print_text(&ctl->record.org, status);
    sums_free(&status->counts);
    free(status->rounds);
    free(status->schedules);
    collectors_free(&status->collectors);
    free(status);
    return read ? EXIT_SUCCESS : ctl_fail(&error);
}

static bool status_read(struct ctl *ctl, struct status *status, struct error *error)
{
    const char *org = ctl->record.org.id;
    struct clock clock;
    struct redis_command command = {0};
    if (!ctl_clock(ctl, &clock, error) || !books_counts(ctl->link, org, &status->counts, error))
        return false;
    status->now_ms = clock_domain_ms(&clock);
    org_next_command(&command, org);
    struct redis_value *value = redis_link_run(ctl->link, &command, error);
    redis_command_free(&command);
    if (value == NULL)
        return false;
    bool understood = org_next_result(value, &status->next) ||
                      error_set(error, "Redis gave an answer that is not one of org_next");
    redis_value_free(&value);
    if (!understood)
        return false;
    status->rounds = rounds_load(ctl->link, org, ROUNDS_MAX, &status->rounds_count, error);
    return status->rounds != NULL && held_count(ctl->link, org, &status->held, error) &&
           collectors_read(ctl->link, &status->collectors, error) &&
           budget_load(ctl->link, &ctl->record.org, status->now_ms, &status->budget, error) &&
           schedules_load(ctl->link, org, &status->schedules, &status->schedules_count, error);
}

/* What goes before all others is due since ever: that is its place, and no instant. */
static bool is_urgent(int64_t due_ms)
{
    return due_ms == 0;
}

/* The oldest instant at which a queued message was due; -1 when none waits. */
static int64_t oldest_due_ms(const struct status *status)
{
    int64_t oldest = -1;
    const int64_t dues[] = {status->next.reply_due_ms, status->next.bulk_due_ms};
    for (size_t i = 0; i < sizeof dues / sizeof dues[0]; i++) {
        bool waits = dues[i] >= 0 && dues[i] <= status->now_ms && !is_urgent(dues[i]);
        if (waits && (oldest < 0 || dues[i] < oldest))
            oldest = dues[i];
    }
    return oldest;
}

/* When the first message that is queued for later goes at the earliest; -1 when there is none. */
static int64_t next_due_ms(const struct status *status)
{
    int64_t reply_ms = status->next.reply_due_ms, bulk_ms = status->next.bulk_due_ms;
    if (reply_ms < 0 || bulk_ms < 0)
        return reply_ms < 0 ? bulk_ms : reply_ms;
    return reply_ms < bulk_ms ? reply_ms : bulk_ms;
}

/* NULL = none fires. One that cannot be read has no time. */
static const struct schedule_record *next_schedule(const struct status *status)
{
    const struct schedule_record *first = NULL;
    for (size_t i = 0; i < status->schedules_count; i++) {
        const struct schedule_record *record = &status->schedules[i];
        if (record->next_ms >= 0 && (first == NULL || record->next_ms < first->next_ms))
            first = record;
    }
    return first;
}

static void print_json(const struct org *org, const struct status *status)
{
    struct text text = {0};
    text_addf(&text, "{\"org\":\"%s\",\"now_ms\":%" PRId64 ",\"messages\":", org->id, status->now_ms);
    counts_json(&status->counts, "m:", &text);
    text_add(&text, ",\"pulses\":");
    counts_json(&status->counts, "p:", &text);
    text_add(&text, ",\"events\":");
    counts_json(&status->counts, "x:", &text);
    text_add(&text, ",\"rounds\":[");
    for (size_t i = 0; i < status->rounds_count; i++) {
        const struct round *round = &status->rounds[i];
        char at[24];
        instant_text(org->zone, round->at_ms, at);
        text_addf(&text,
                  "%s{\"round\":\"%s\",\"state\":\"%s\",\"pilot\":\"%s\",\"survey\":\"%s\",\"at\":\"%s\","
                  "\"at_ms\":%" PRId64 ",\"frame\":%" PRId64 ",\"drawn\":%" PRId64 ",\"released\":%" PRId64
                  "}",
                  i > 0 ? "," : "", round->id, round_state(round), round->pilot, round->survey, at,
                  round->at_ms, round->frame, round->drawn, round->cursor);
    }
    int64_t oldest_ms = oldest_due_ms(status);
    text_addf(&text,
              "],\"leased\":%" PRId64 ",\"held\":%" PRId64 ",\"oldest_waiting_ms\":", status->next.leased,
              status->held);
    if (oldest_ms < 0)
        text_add(&text, "null");
    else
        text_addf(&text, "%" PRId64, status->now_ms - oldest_ms);
    int64_t spooled = 0, away = 0;
    for (size_t i = 0; i < status->collectors.count; i++) {
        spooled += status->collectors.items[i].spooled;
        away += collector_is_away(&status->collectors, &status->collectors.items[i]);
    }
    text_addf(&text, ",\"collectors\":%zu,\"collectors_away\":%" PRId64 ",\"spooled\":%" PRId64,
              status->collectors.count, away, spooled);
    text_addf(&text,
              ",\"month\":\"%s\",\"month_spent\":%" PRId64 ",\"monthly_budget\":", status->budget.month,
              status->budget.spent);
    if (status->budget.budget > 0)
        text_addf(&text, "%" PRId64, status->budget.budget);
    else
        text_add(&text, "null");
    text_addf(&text, ",\"budget_paused\":%s", status->budget.paused ? "true" : "false");
    text_add(&text, ",\"next_schedule\":");
    const struct schedule_record *schedule = next_schedule(status);
    if (schedule == NULL) {
        text_add(&text, "null");
    } else {
        char due[24];
        instant_text(org->zone, schedule->next_ms, due);
        text_addf(&text, "{\"schedule\":\"%s\",\"at\":\"%s\",\"at_ms\":%" PRId64 "}", schedule->schedule.id,
                  due, schedule->next_ms);
    }
    text_add(&text, "}");
    printf("%s\n", text.chars);
    text_free(&text);
}

static void print_text(const struct org *org, const struct status *status)
{
    char now[24];
    instant_text(org->zone, status->now_ms, now);
    printf("%s (%s), %s\n\n", org->name, org->id, now);
    counts_print(&status->counts, "m:", "Messages");
    counts_print(&status->counts, "p:", "Pulses");
    counts_print(&status->counts, "x:", "Events");
    printf("Rounds\n");
    if (status->rounds_count == 0)
        printf("  none\n");
    else
        print_rounds(org, status);
    print_schedules(org, status);
    print_waiting(org, status);
    print_budget(org, status);
    print_collectors(status);
}

static void print_budget(const struct org *org, const struct status *status)
{
    const struct budget_state *budget = &status->budget;
    char until[24];
    instant_text(org->zone, budget->month_ends_ms, until);
    if (budget->budget == 0)
        printf("%" PRId64 " segments were sent in %s.\n", budget->spent, budget->month);
    else
        printf("Budget of %s: %" PRId64 " of %" PRId64 " segments are spent (%" PRId64 " %%).\n",
               budget->month, budget->spent, budget->budget, budget->spent * 100 / budget->budget);
    if (budget->paused)
        printf("The budget is spent: invitations and reminders wait until %s,\n"
               "or until a higher monthly_budget is put with `pulssi org put`. Replies go on.\n",
               until);
}

static void print_rounds(const struct org *org, const struct status *status)
{
    static const char *const heads[] = {"round", "state", "start", "frame", "drawn", "released"};
    struct table table;
    table_start(&table, "lllrrr");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        table_cell(&table, "%s", heads[i]);
    for (size_t i = 0; i < status->rounds_count; i++) {
        const struct round *round = &status->rounds[i];
        char at[24];
        instant_text(org->zone, round->at_ms, at);
        table_cell(&table, "%s", round->id);
        table_cell(&table, "%s", round_state(round));
        table_cell(&table, "%s", at);
        table_cell(&table, "%" PRId64, round->frame);
        table_cell(&table, "%" PRId64, round->drawn);
        table_cell(&table, "%" PRId64, round->cursor);
    }
    table_print(&table, "  ");
}

static void print_schedules(const struct org *org, const struct status *status)
{
    char due[24];
    const struct schedule_record *next = next_schedule(status);
    if (next != NULL) {
        instant_text(org->zone, next->next_ms, due);
        printf("The next scheduled run is %s at %s.\n", next->schedule.id, due);
    }
    for (size_t i = 0; i < status->schedules_count; i++) {
        if (status->schedules[i].state == SCHEDULE_UNREADABLE)
            printf("Schedule %s cannot be read and does not fire: remove it and make it again.\n",
                   status->schedules[i].schedule.id);
    }
}

static void print_waiting(const struct org *org, const struct status *status)
{
    char due[24];
    int64_t oldest_ms = oldest_due_ms(status), next_ms = next_due_ms(status);
    if (is_urgent(status->next.reply_due_ms)) {
        printf("An answer to somebody in need waits; it goes before all others.\n");
    } else if (oldest_ms >= 0) {
        printf("The oldest message waits since %" PRId64 " min.\n", (status->now_ms - oldest_ms) / 60000);
    } else if (next_ms >= 0) {
        instant_text(org->zone, next_ms, due);
        printf("Nothing is due; the next message goes at %s.\n", due);
    } else if (status->next.wait_due_ms >= 0) {
        printf("Nothing is due; a message waits to be tried again.\n");
    } else {
        printf("Nothing waits to be sent.\n");
    }
    if (status->held > 0)
        printf("%" PRId64 " invitations are held until their round is resumed.\n", status->held);
}

/* Only what somebody may have to do something about. */
static void print_collectors(const struct status *status)
{
    for (size_t i = 0; i < status->collectors.count; i++) {
        const struct collector_row *row = &status->collectors.items[i];
        char at[CLOCK_UTC_SIZE];
        clock_utc_text(row->at_ms, at);
        if (!row->readable)
            printf("What collector %s says cannot be read: see `pulssi collector list`.\n", row->id);
        else if (collector_is_away(&status->collectors, row))
            printf("Collector %s is away since %s with %" PRId64
                   " webhooks in its spool; weeks do not close without it.\n",
                   row->id, at, row->spooled);
        else if (row->spooled > 0)
            printf("Collector %s has %" PRId64 " webhooks in its spool.\n", row->id, row->spooled);
    }
}

const struct command command_status = {
    .name = "status",
    .summary = "show messages by state, pulses by disposition, rounds, and what waits",
    .example = "pulssi status",
    .works_behind = true,
    .run = run,
};
