/* Message classes, as a table: what STOP suppresses, when a message may go, what it counts to, where it waits. */
#include "domain/message_kind.h"

#include <string.h>

#define PANEL_PER_YEAR 12
#define TOLD_PER_YEAR  2

static const struct message_class classes[] = {
    {"invite", true, HOURS_OFFICE, ACCOUNT_OCCASION, 0, PLACE_BULK, BOND_INVITES},
    {"reminder", true, HOURS_OFFICE, ACCOUNT_OCCASION, 0, PLACE_BULK, BOND_SILENCE},

    {"question", true, HOURS_WAKING, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_PULSE},
    {"name", true, HOURS_WAKING, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_PULSE},
    {"clarify", true, HOURS_WAKING, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_PULSE},
    {"thanks", true, HOURS_WAKING, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_PULSE},
    {"volunteer_confirm", true, HOURS_WAKING, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_PULSE},

    {"stop_confirm", false, HOURS_ANY, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_CONTACT},
    {"start_confirm", false, HOURS_ANY, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_CONTACT},
    {"pause_confirm", false, HOURS_ANY, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_CONTACT},
    {"help", false, HOURS_ANY, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_CONTACT},
    {"business", false, HOURS_ANY, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_CONTACT},
    {"wrong_person", false, HOURS_ANY, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_CONTACT},
    {"late", false, HOURS_ANY, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_CONTACT},
    {"volunteer_left", false, HOURS_ANY, ACCOUNT_NONE, 0, PLACE_REPLY, BOND_CONTACT},

    {"helpline", false, HOURS_ANY, ACCOUNT_NONE, 0, PLACE_FIRST, BOND_CONTACT},

    {"panel", true, HOURS_OFFICE, ACCOUNT_PANEL, PANEL_PER_YEAR, PLACE_BULK, BOND_CONTACT},
    {"volunteer_task", true, HOURS_OFFICE, ACCOUNT_PANEL, PANEL_PER_YEAR, PLACE_BULK, BOND_CONTACT},
    {"you_said_we_did", true, HOURS_OFFICE, ACCOUNT_TOLD, TOLD_PER_YEAR, PLACE_BULK, BOND_CONTACT},
};
#define CLASSES (sizeof classes / sizeof classes[0])

static const struct message_class strictest = {"", true,       HOURS_OFFICE, ACCOUNT_NONE,
                                               0,  PLACE_BULK, BOND_CONTACT};

const struct message_class *message_class(const char *kind)
{
    for (size_t i = 0; i < CLASSES; i++)
        if (strcmp(classes[i].kind, kind) == 0)
            return &classes[i];
    return &strictest;
}

const struct message_class *message_class_at(size_t index)
{
    return index < CLASSES ? &classes[index] : NULL;
}

void message_window(const struct message_class *rules, const struct org *org, int64_t at_ms,
                    int64_t *opens_ms_out, int64_t *closes_ms_out)
{
    static const struct window waking_hours = {.days = 0x7f, .from_minute = 7 * 60, .to_minute = 21 * 60};
    switch (rules->hours) {
    case HOURS_OFFICE:
        window_next(org->zone, &org->window, at_ms, opens_ms_out, closes_ms_out);
        break;
    case HOURS_WAKING:
        window_next(org->zone, &waking_hours, at_ms, opens_ms_out, closes_ms_out);
        break;
    case HOURS_ANY:
        *opens_ms_out = at_ms;
        *closes_ms_out = at_ms + 1;
        break;
    }
}

bool reminder_time(const struct org *org, int64_t asked_ms, int64_t closes_ms, int64_t *due_ms_out)
{
    int64_t closing_ms = 0;
    if (org->reminder_days == 0)
        return false;
    int64_t day_ms = (day_index_at(org->zone, asked_ms) + org->reminder_days) * DAY_MS;
    window_next(org->zone, &org->window, instant_of_local(org->zone, day_ms), due_ms_out, &closing_ms);
    return *due_ms_out < closes_ms - REMINDER_SPARE_MS;
}
