/* Written from the rules for reading replies, not from the reader: where the two differ, a test says so. */
#include "simulator/phrases.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define FORMS_MAX 16
#define SCALE_TOP 5

/* Forms for a language; they end at NULL. */
struct forms {
    const char *language; /* "" = any */
    const char *forms[FORMS_MAX];
};

struct command_forms {
    enum meaning meaning;
    struct forms of;
};

/* %d is the value. */
static const struct forms scale_forms[] = {
    {"fi",
     {"%d!", "%d/5", "Vastaus %d", "vastaus on %d", "arvosana %d", "%d kiitos", "%d, kiitos kysymästä",
      "%d 🙂", "%d\xEF\xB8\x8F\xE2\x83\xA3", "%d mutta odotin 3 viikkoa",
      "%d ja tosi ystävällinen virkailija", "%d. Jono oli liian pitkä", "%d kiitos!!"}},
    {"sv",
     {"%d!", "%d/5", "Svar %d", "svaret är %d", "%d tack", "%d, tack så mycket", "%d 🙂",
      "%d\xEF\xB8\x8F\xE2\x83\xA3", "%d men jag väntade 3 veckor", "%d. Vänlig personal"}},
    {"en",
     {"%d!", "%d/5", "Answer %d", "the answer is %d", "%d thanks", "%d, thank you", "%d 🙂",
      "%d\xEF\xB8\x8F\xE2\x83\xA3", "%d but I waited 3 weeks", "%d. Kind people"}},
};

static const struct {
    const char *language;
    const char *words[SCALE_TOP][4];
} number_words[] = {
    {"fi",
     {{"yksi", "Yks", "ykkönen"},
      {"kaksi", "kaks", "Kakkonen"},
      {"kolme", "Kolmonen", "kolme kiitos"},
      {"neljä", "nelja", "nelonen", "Neljä!"},
      {"viisi", "viis", "vitonen", "Viisi kiitos"}}},
    {"sv", {{"ett", "Ett."}, {"två", "tva"}, {"tre", "Tre!"}, {"fyra", "fyra tack"}, {"fem", "Fem tack"}}},
    {"en",
     {{"one", "One."}, {"two", "Two"}, {"three", "three!"}, {"four", "Four thanks"}, {"five", "five!"}}},
};

static const struct forms yes_forms[] = {
    {"fi", {"Joo", "joo!", "kyllä", "Kyllä kiitos", "juu", "kylla", "joo kiitos"}},
    {"sv", {"ja", "Ja!", "Ja tack"}},
    {"en", {"yes", "Yes!", "Yes thanks"}},
};
static const struct forms no_forms[] = {
    {"fi", {"ei", "Ei!", "ei kiitos", "Ei."}},
    {"sv", {"nej", "Nej!", "Nej tack"}},
    {"en", {"no", "No!", "No thanks"}},
};
/* %c is the letter, small in these; the capital alone is the plain way. */
static const struct forms choice_forms[] = {
    {"fi", {"%c", "%c!", "%c.", "%c kiitos", "vastaus %c"}},
    {"sv", {"%c", "%c!", "%c tack", "svar %c"}},
    {"en", {"%c", "%c!", "%c thanks", "answer %c"}},
};

/* Any kind of question that is counted. */
static const struct forms unclear_anywhere[] = {
    {"fi", {"vaikea sanoa", "riippuu", "ehkä", "hmm"}},
    {"sv", {"svårt att säga", "det beror på", "kanske", "vet inte"}},
    {"en", {"hard to say", "it depends", "maybe", "not sure"}},
};
static const struct forms unclear_scale[] = {
    {"fi", {"4-5", "3,5", "4 tai 5", "5 viikkoa odotin", "hyvä", "7", "ihan hyvä käynti", "nelj", "2/3"}},
    {"sv",
     {"4-5", "3,5", "4 eller 5", "5 veckor väntade jag", "bra", "en bra upplevelse", "ett stort tack", "9"}},
    {"en", {"4-5", "3,5", "4 or 5", "5 weeks I waited", "good", "it was ok I guess", "10", "fuor"}},
};
static const struct forms unclear_choice[] = {
    {"fi", {"A tai B", "kaikki", "A/C", "X"}},
    {"sv", {"A eller B", "allt", "X"}},
    {"en", {"A or B", "all of them", "X"}},
};

static const struct command_forms commands[] = {
    {MEANS_NOTHING, {"fi", {"Kiitos!", "Mukavaa päivää", "kiitos teille", "Hyvää viikonloppua!"}}},
    {MEANS_NOTHING, {"sv", {"Tack!", "Trevlig dag"}}},
    {MEANS_NOTHING, {"en", {"Thanks!", "Have a nice day"}}},
    {MEANS_STOP,
     {"fi",
      {"STOP", "stop.", "Lopeta", "Stop!", "lopeta kyselyt", "Peruuta viestit", "poistu", "seis",
       "STOP kiitos", "lopettakaa viestit", "Stop nyt nämä"}}},
    {MEANS_STOP, {"sv", {"STOPP", "Stop!", "sluta", "avsluta", "Avbryt enkäten", "stopp tack"}}},
    {MEANS_STOP, {"en", {"STOP", "stop.", "Unsubscribe", "Stop texting me", "cancel texts", "Stop please"}}},
    {MEANS_START, {"fi", {"ALOITA", "aloita"}}},
    {MEANS_START, {"sv", {"STARTA", "starta"}}},
    {MEANS_START, {"en", {"START", "Start"}}},
    {MEANS_PAUSE, {"fi", {"TAUKO", "tauko", "Tauko!"}}},
    {MEANS_PAUSE, {"sv", {"PAUS", "paus"}}},
    {MEANS_PAUSE, {"en", {"PAUSE", "pause"}}},
    {MEANS_HELP, {"fi", {"INFO", "info", "?", "apua", "Info!"}}},
    {MEANS_HELP, {"sv", {"INFO", "hjälp", "?"}}},
    {MEANS_HELP, {"en", {"INFO", "help", "?", "Help!"}}},
    {MEANS_LEAVE, {"fi", {"POIS", "pois"}}},
    {MEANS_LEAVE, {"sv", {"BORT", "bort"}}},
    {MEANS_LEAVE, {"en", {"LEAVE", "leave"}}},
    {MEANS_WRONG_PERSON,
     {"fi", {"Väärä numero", "väärä numero!", "Tämä on väärä numero", "Teillä on väärä numero"}}},
    {MEANS_WRONG_PERSON, {"sv", {"Fel nummer", "fel person"}}},
    {MEANS_WRONG_PERSON, {"en", {"Wrong number", "wrong person", "You have the wrong number"}}},
    {MEANS_BUSINESS,
     {"fi",
      {"Voinko siirtää ajan huomiselle?", "Peruuta aika huomenna, olen sairas", "Olen myöhässä tapaamisesta",
       "Milloin seuraava tapaaminen on?"}}},
    {MEANS_BUSINESS, {"sv", {"Kan jag flytta min tid?", "Jag är sjuk, kan vi flytta mötet?"}}},
    {MEANS_BUSINESS, {"en", {"Can I move my appointment?", "I am sick, please cancel my appointment"}}},
    {MEANS_DISTRESS, {"fi", {"En jaksa enää elää", "Haluan kuolla"}}},
    {MEANS_DISTRESS, {"sv", {"Jag vill dö", "Jag orkar inte leva längre"}}},
    {MEANS_DISTRESS, {"en", {"I want to die", "I don't want to live anymore"}}},
    {MEANS_NAME, {"fi", {"Anna", "Mikko", "Sari", "Juhani", "Aino", "Timo"}}},
    {MEANS_NAME, {"sv", {"Britta", "Johan", "Maj-Britt", "Åsa"}}},
    {MEANS_NAME, {"en", {"Olga", "Ahmed", "Linh", "Maria", "Fatima"}}},
};

static const char *pick(const char *const *forms, size_t forms_max, double draw);
static const char *pick_language(const struct forms *table, size_t count, const char *language, double draw);
static const char *number_word(const char *language, int value, double draw);

#define PICK(table, language, draw) pick_language(table, sizeof(table) / sizeof((table)[0]), language, draw)

void phrase_value(enum asking asking, const char *language, int value, double draw,
                  char text_out[REPLY_TEXT_SIZE])
{
    const char *form = "";
    switch (asking) {
    case ASKS_SCALE: /* a third in words */
        if (value >= 1 && value <= SCALE_TOP && draw < 1.0 / 3)
            form = number_word(language, value, draw * 3);
        else
            form = PICK(scale_forms, language, draw < 1.0 / 3 ? draw * 3 : (draw - 1.0 / 3) * 1.5);
        break;
    case ASKS_YESNO:
    case ASKS_VOLUNTEER:
        form = value == 1 ? PICK(yes_forms, language, draw) : PICK(no_forms, language, draw);
        break;
    case ASKS_CHOICE:
        form = PICK(choice_forms, language, draw);
        break;
    case ASKS_WORDS:
        form = "%d";
        break;
    }
    const char *place = strchr(form, '%');
    if (place == NULL)
        (void)text_copy(text_out, REPLY_TEXT_SIZE, form);
    else if (place[1] == 'c')
        (void)snprintf(text_out, REPLY_TEXT_SIZE, "%.*s%c%s", (int)(place - form), form, 'a' + value - 1,
                       place + 2);
    else
        (void)snprintf(text_out, REPLY_TEXT_SIZE, "%.*s%d%s", (int)(place - form), form, value, place + 2);
}

const char *phrase_unclear(enum asking asking, const char *language, double draw)
{
    bool own = draw >= 0.5; /* half of them would be unclear to any question */
    double share = own ? draw * 2 - 1 : draw * 2;
    if (own && asking == ASKS_SCALE)
        return PICK(unclear_scale, language, share);
    if (own && asking == ASKS_CHOICE)
        return PICK(unclear_choice, language, share);
    return PICK(unclear_anywhere, language, share);
}

const char *phrase_command(enum meaning meaning, const char *language, double draw)
{
    const struct forms *found = NULL;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        bool speaks = strcmp(commands[i].of.language, language) == 0;
        if (commands[i].meaning == meaning && (speaks || found == NULL))
            found = &commands[i].of;
    }
    return found != NULL ? pick(found->forms, FORMS_MAX, draw) : "";
}

/* `forms` ends at forms_max or at NULL. */
static const char *pick(const char *const *forms, size_t forms_max, double draw)
{
    size_t count = 0;
    while (count < forms_max && forms[count] != NULL)
        count++;
    size_t at = (size_t)(draw * (double)count);
    return count > 0 ? forms[at < count ? at : count - 1] : "";
}

/* Of another language the first table's: everybody here knows some of it. */
static const char *pick_language(const struct forms *table, size_t count, const char *language, double draw)
{
    const struct forms *found = &table[0];
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].language, language) == 0)
            found = &table[i];
    return pick(found->forms, FORMS_MAX, draw);
}

static const char *number_word(const char *language, int value, double draw)
{
    size_t found = 0;
    for (size_t i = 0; i < sizeof number_words / sizeof number_words[0]; i++)
        if (strcmp(number_words[i].language, language) == 0)
            found = i;
    return pick(number_words[found].words[value - 1], 4, draw);
}
