#include "ctl/volunteers_open.h"

#include <stdio.h>
#include <string.h>

#include "ctl/audited.h"

bool volunteers_asked(struct ctl *ctl, const char *what, struct volunteers *volunteers_out,
                      struct error *error)
{
    const char *pilot = ctl_option(ctl, "--pilot");
    char audited_what[AUDITED_WHAT_SIZE];
    struct pilot known;
    *volunteers_out = (struct volunteers){0};
    snprintf(audited_what, sizeof audited_what, "%s%s%s", what, pilot != NULL ? " --pilot " : "",
             pilot != NULL ? pilot : "");
    if (pilot != NULL && !pilot_load(ctl->link, &ctl->record.org, pilot, &known, error))
        return false;
    if (volunteers_read(ctl->link, ctl->record.org.id, pilot, volunteers_out, error) &&
        audited(ctl, audited_what, (int64_t)volunteers_out->count, error))
        return true;
    volunteers_free(volunteers_out);
    return false;
}

static bool opened_into(const struct reader *reader, const struct text *sealed, char *out, size_t out_size)
{
    struct text opened = {0};
    bool readable =
        reader_text(reader, sealed->chars, sealed->bytes, &opened) && text_copy(out, out_size, opened.chars);
    if (opened.chars != NULL)
        explicit_bzero(opened.chars, opened.bytes);
    text_free(&opened);
    return readable;
}

bool volunteer_open(const struct reader *reader, const struct volunteer *volunteer,
                    struct volunteer_opened *opened_out)
{
    *opened_out = (struct volunteer_opened){0};
    return opened_into(reader, &volunteer->number, opened_out->e164, sizeof opened_out->e164) &&
           phone_is_e164(opened_out->e164) &&
           (volunteer->name.bytes == 0 ||
            opened_into(reader, &volunteer->name, opened_out->name, sizeof opened_out->name));
}

void volunteers_say_unreadable(size_t unreadable)
{
    if (unreadable > 0)
        fprintf(stderr,
                "pulssi: %zu record%s could not be opened: damaged, or sealed to another key than the "
                "reader's\n",
                unreadable, unreadable == 1 ? "" : "s");
}

void volunteers_say_none(const struct ctl *ctl)
{
    const char *pilot = ctl_option(ctl, "--pilot");
    fprintf(stderr,
            "No volunteers yet%s%s: people join by answering yes to a question of kind volunteer,\n"
            "and are on the list at once.\n",
            pilot != NULL ? " for pilot " : "", pilot != NULL ? pilot : "");
}
