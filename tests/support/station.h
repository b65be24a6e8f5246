/* A program under test at its station: a world, a folder with settings, keys, state and a clock that stands
 * at the world's now, and the program's log. A step that does not work fails the test. */
#ifndef TESTS_STATION_H
#define TESTS_STATION_H

#include "support/child.h"
#include "support/world.h"

struct station {
    struct world world;
    struct child program;
    const char *bin_folder; /* borrowed */
    const char *name;       /* borrowed; "pulssi-dispatcher" */
    char folder[64];
};

/* The world and the folder, once a test program. */
void station_start(struct station *station, const char *bin_folder, const char *name);
void station_stop(struct station *station);

/* A new world, its clock, its keys; no lane is taken, and no program remembers what was before. */
void station_renew(struct station *station);
/* No program remembers what it has seen of Redis: for a test that puts back what was there before. */
void station_forget(struct station *station);
/* Sections beside [pulssi], [clock] and [redis]. */
void station_put_settings(struct station *station, const char *sections);
void station_put_clock(struct station *station);
/* Domain time moves to a local time of the org such as "2026-01-14T09:00". */
void station_move_clock(struct station *station, const char *local);
/* Into a data folder of the station ("data" is the program's own). */
void station_put_key(struct station *station, const char *data, enum key_kind kind,
                     const unsigned char key[KEY_BYTES]);
const char *station_path(struct station *station, const char *name); /* the fourth next call uses it again */

/* Starts the program, whatever it does then; on another data folder and with another log than its own. */
void station_spawn(struct station *station);
void station_spawn_other(struct station *station, struct child *other, const char *data, const char *log);
void station_open(struct station *station);  /* starts it and waits until it works */
void station_close(struct station *station); /* ends it orderly if it runs, and checks the world */
/* Starts it; it must end by itself with exit status 1 and this in its log. */
void station_expect_refusal(struct station *station, const char *words);
/* SIGKILL, and a start on the same files with the world's link made anew. */
void station_kill_redis(struct station *station);
void station_restart_redis(struct station *station);

bool station_log_says(struct station *station, const char *log, const char *words);

/* Polls until the condition holds; with it fails the test after 20 s, showing the log. */
#define STATION_AWAIT(station, condition)                                                                    \
    for (int64_t await_until_ms = station_deadline(); !(condition);)                                         \
    station_pause((station), await_until_ms, #condition)
int64_t station_deadline(void);
/* Until so many functions were called; without a pause: what is waited for lasts a fraction of a millisecond. */
void station_await_calls(struct station *station, int64_t count);
void station_pause(struct station *station, int64_t until_ms, const char *what);

#endif
