# Completion of pulssi(1) in bash: commands, options, and files where a file is wanted. Needs nothing but bash.
# What stands between "generated" and "end of generated" is written by ops/man/generate: a command a line, its words,
# the kind of its argument, its options; "=" takes a value, "=file" a file.
_pulssi_commands='
# generated: completion
up|| --simulator=file --clock-scale= --clock-start= --clock-until= --clock-hold --clock-free --config=file --org= --json --help
store install|| --config=file --org= --json --help
store check|| --config=file --org= --json --help
adopt|| --yes --config=file --org= --json --help
org put|file| --config=file --org= --json --help
keys generate|| --config=file --org= --json --help
pilot put|file| --config=file --org= --json --help
survey put|file| --config=file --org= --json --help
survey activate|word| --config=file --org= --json --help
import|file| --pilot= --report=file --config=file --org= --json --help
round start|| --pilot= --survey= --sample= --seed= --at= --id= --dry-run --config=file --org= --json --help
round schedule|| --pilot= --survey= --rrule= --from= --until= --except= --sample= --seed= --name= --dry-run --config=file --org= --json --help
round list|| --config=file --org= --json --help
round pause|word| --config=file --org= --json --help
round resume|word| --config=file --org= --json --help
round cancel|word| --yes --config=file --org= --json --help
schedule list|| --config=file --org= --json --help
schedule pause|word| --config=file --org= --json --help
schedule resume|word| --config=file --org= --json --help
schedule remove|word| --config=file --org= --json --help
person find|word| --config=file --org= --json --help
person export|word| --output=file --config=file --org= --json --help
person erase|word| --yes --allow-return --config=file --org= --json --help
volunteers list|| --pilot= --config=file --org= --json --help
volunteers export|| --pilot= --output=file --config=file --org= --json --help
volunteers remove|word| --config=file --org= --json --help
words list|| --pilot= --question= --config=file --org= --json --help
audit list|| --config=file --org= --json --help
token add|| --name= --scope= --config=file --org= --json --help
token list|| --config=file --org= --json --help
token revoke|word| --config=file --org= --json --help
lanes|| --config=file --org= --json --help
lane pause|word| --config=file --org= --json --help
lane resume|word| --config=file --org= --json --help
lane probe|word| --config=file --org= --json --help
collector list|| --config=file --org= --json --help
collector remove|word| --yes --config=file --org= --json --help
status|| --config=file --org= --json --help
signals|| --pilot= --week= --all --config=file --org= --json --help
books|| --config=file --org= --json --help
segments|word| --config=file --org= --json --help
read|word| --lang= --kind= --min= --max= --choices= --lines --config=file --org= --json --help
gateway list|| --config=file --org= --json --help
gateway check|word| --config=file --org= --json --help
settings sample|| --config=file --org= --json --help
settings check|| --config=file --org= --json --help
# end of generated
'

# _pulssi_choose WORD CANDIDATE...: those that begin so, each once.
_pulssi_choose() {
    local word=$1
    shift
    mapfile -t COMPREPLY < <(compgen -W "$*" -- "$word" | sort -u)
}

# _pulssi_files WORD: the files that begin so.
_pulssi_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

# _pulssi_rest CURRENT BEFORE ARGUMENT OPTION...: what follows the words of a command.
_pulssi_rest() {
    local current=$1 before=$2 argument=$3 option names=()
    shift 3
    for option in "$@"; do
        case $option in
        "$before=file")
            _pulssi_files "$current"
            return
            ;;
        "$before=") return ;; # a value that only people know
        esac
        case " ${COMP_WORDS[*]} " in
        *" ${option%%=*} "*) ;; # it is there already
        *) names+=("${option%%=*}") ;;
        esac
    done
    if [ "$argument" = file ] && [ "${current:0:1}" != - ]; then
        _pulssi_files "$current"
    else
        _pulssi_choose "$current" "${names[@]}"
    fi
}

_pulssi() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local first=${COMP_WORDS[1]-} second=${COMP_WORDS[2]-} words argument options
    local firsts=(--help --version) seconds=() known=no known_argument='' known_options=()
    COMPREPLY=()
    # The shell takes --option=value for three words.
    if [ "$current" = = ]; then
        current=
    elif [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    while IFS='|' read -r words argument options; do
        case $words in '' | '#'*) continue ;; esac
        firsts+=("${words%% *}")
        case $words in "$first "*) seconds+=("${words#* }") ;; esac
        if [ "$words" = "$first" ] || [ "$words" = "$first $second" ]; then
            known=yes known_argument=$argument
            read -ra known_options <<<"$options"
        fi
    done <<<"$_pulssi_commands"
    if [ "$COMP_CWORD" -eq 1 ]; then
        _pulssi_choose "$current" "${firsts[@]}"
    elif [ "$COMP_CWORD" -eq 2 ] && [ ${#seconds[@]} -gt 0 ]; then
        _pulssi_choose "$current" "${seconds[@]}" --help
    elif [ $known = yes ]; then
        _pulssi_rest "$current" "$before" "$known_argument" "${known_options[@]}"
    fi
}
complete -F _pulssi pulssi
