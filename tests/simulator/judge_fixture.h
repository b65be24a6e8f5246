/* What every test program of the judge begins and ends with: a folder of its own; and trials, each a story that an honest
 * service published, in which something is planted before the judge reads it. */
#ifndef TESTS_SIMULATOR_JUDGE_FIXTURE_H
#define TESTS_SIMULATOR_JUDGE_FIXTURE_H

#include "base/secret.h"
#include "story.h"

struct trial {
    const char *name;
    void (*plant)(struct story *);
    const char *says; /* what the judge must say; NULL = it agrees */
};

/* The judge agrees where it must, and exits with 0 exactly then. */
static inline void judge_fixture_try(const struct trial *trials, size_t count)
{
    static struct story story;
    struct text said = {0};
    for (size_t i = 0; i < count; i++) {
        story_tell(&story);
        story_publish(&story);
        trials[i].plant(&story);
        int status = story_judge(&story, false, &said);
        const char *expected = trials[i].says != NULL ? trials[i].says : "judge agrees: 5 weeks, 40 units";
        if (strstr(said.chars, expected) == NULL || (status == 0) != (trials[i].says == NULL))
            fail_msg("%s: exit %d, said:\n%s", trials[i].name, status, said.chars);
        text_free(&story.ledger);
    }
    text_free(&said);
}

static int judge_fixture_start(void **state)
{
    (void)state;
    secret_start();
    return mkdtemp(folder) == NULL;
}

static int judge_fixture_stop(void **state)
{
    static const char *const names[] = {"scenario.json", "ledger",       "published.json",
                                        "books.json",    "records.json", "said"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unlink(path_of(names[i]));
    return rmdir(folder);
}

#define JUDGE_MAIN(tests) cmocka_run_group_tests(tests, judge_fixture_start, judge_fixture_stop)

#endif
