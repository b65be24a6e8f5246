/* The person, and one table for `find` and before `erase`. */
#include "ctl/person_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/audited.h"
#include "ctl/person_parts.h"
#include "ctl/table.h"

bool person_looked_up(struct ctl *ctl, const char *what, struct asked_number *number_out,
                      struct person *person_out, struct error *error)
{
    if (!asked_number(ctl, number_out, error) ||
        !person_load(ctl->link, ctl->record.org.id, number_out->hash, person_out, error))
        return false;
    bool written = audited(ctl, what, person_is_known(person_out) ? 1 : 0, error);
    if (!written)
        person_free(person_out);
    return written;
}

bool person_refuse_unknown(const struct ctl *ctl, const struct asked_number *number, struct error *error)
{
    return error_set(error, "%s: nothing is held of this number in org \"%s\"", number->masked,
                     ctl->record.org.id);
}

bool person_asked(struct ctl *ctl, const char *what, struct asked_number *number_out,
                  struct person *person_out, struct error *error)
{
    if (!person_looked_up(ctl, what, number_out, person_out, error))
        return false;
    if (person_is_known(person_out))
        return true;
    person_free(person_out);
    return person_refuse_unknown(ctl, number_out, error);
}

static int64_t occasions_count(const struct person *person)
{
    int64_t count = 0;
    char week[PERSON_LIST_ITEM_SIZE];
    for (const char *at = person->occasions.chars; person_list_next(&at, week);)
        count++;
    return count;
}

static const char *mark_words(enum do_not_contact mark)
{
    switch (mark) {
    case CONTACT_ALLOWED:
        return "no";
    case CONTACT_STOPPED:
        return "yes: said STOP";
    case CONTACT_ERASED:
        return "yes: was erased";
    case CONTACT_WRONG_PERSON:
        return "yes: said that the number is somebody else's";
    }
    return "";
}

static void row(struct table *table, const char *name, const char *value)
{
    table_cell(table, "%s", name);
    table_cell(table, "%s", value);
}

/* Pilots one a row, so that no line grows with them. */
static void add_pilots(struct table *table, const struct person *person)
{
    const char *name = "pilots";
    char pilot[PERSON_LIST_ITEM_SIZE];
    for (const char *at = person->pilots.chars; person_list_next(&at, pilot); name = "")
        row(table, name, pilot);
}

static void add_background(struct table *table, const struct org *org, const struct person *person)
{
    char value[PERSON_LIST_ITEM_SIZE];
    const char *at = person->stratum;
    for (size_t i = 0; i < org->strata_count && person_list_next(&at, value); i++)
        row(table, org->strata[i].name, value);
}

static void add_contact(struct table *table, const struct org *org, const struct person *person)
{
    char day[DAY_SIZE];
    row(table, "language", person->language);
    add_pilots(table, person);
    add_background(table, org, person);
    day_text(person->imported_day, day);
    row(table, "imported", day);
    row(table, "STOP", person->stopped ? "in force" : "no");
    if (person->paused_until_ms != 0) {
        char until[24];
        instant_text(org->zone, person->paused_until_ms, until);
        row(table, "paused until", until);
    }
    if (person->unusable)
        row(table, "number", "cannot be reached");
    if (person->contacted_day < 0) {
        row(table, "last contacted", "never");
    } else {
        day_text(person->contacted_day, day);
        table_cell(table, "last contacted");
        table_cell(table, "%s (%" PRId64 " in the last 52 weeks at most)", day, occasions_count(person));
    }
}

static void add_pulse(struct table *table, const struct org *org, const struct person_pulse *pulse)
{
    char asked[24], closes[24];
    table_cell(table, "open pulse");
    table_cell(table, "%s of %s", pulse->survey, pulse->pilot);
    if (pulse->asked_ms == 0) {
        row(table, "", "waits to be sent");
        return;
    }
    instant_text(org->zone, pulse->asked_ms, asked);
    instant_text(org->zone, pulse->closes_ms, closes);
    table_cell(table, "%s", "");
    table_cell(table, "asked %s, takes answers until %s", asked, closes);
    table_cell(table, "%s", "");
    table_cell(table, "questions answered so far: %zu", person_answers_given(pulse));
}

void person_print(const struct org *org, const struct asked_number *number, const struct person *person)
{
    struct table table;
    printf("%s is %s of %s.\n", number->masked, person->is_contact ? "a contact" : "no contact", org->name);
    table_start(&table, "ll");
    if (person->is_contact)
        add_contact(&table, org, person);
    if (person->has_pulse)
        add_pulse(&table, org, &person->pulse);
    else if (person->is_contact)
        row(&table, "open pulse", "none");
    table_cell(&table, "volunteer");
    if (person->is_volunteer)
        table_cell(&table, "since %s, for %s", person->volunteer.date, person->volunteer.pilot);
    else
        table_cell(&table, "no");
    row(&table, "do not contact", mark_words(person->mark));
    table_print(&table, "  ");
}
