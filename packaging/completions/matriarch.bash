# Bash completion of matriarch, patroni and patronictl; zsh reads it through bashcompinit. It asks the program itself what it knows, so it is never out of date: the
# commands and options come from --help of what has been typed so far, and only of words that --help listed.

# The commands that a help text lists.
_matriarch_commands() {
    awk -v words="$2" '
        /^Commands:/ { listed = 1; next }
        listed && /^  [a-z]/ { print $1 }
        # usage lines: matriarch backup create ..., or matriarch backup create|list|...
        index($0, words " ") == 8 && match(substr($0, length(words) + 9), /^[a-z][a-z|-]+/) {
            count = split(substr($0, length(words) + 9, RLENGTH), each, "|")
            for (i = 1; i <= count; i++) print each[i]
        }' <<<"$1" | sort -u
}

_matriarch_options() { grep -oE '(^|[ |[])--?[a-z][a-z_-]*' <<<"$1" | tr -d ' |[' | sort -u; }

_matriarch() {
    local current=${COMP_WORDS[COMP_CWORD]} program=${COMP_WORDS[0]} help commands i word
    local -a before=()
    local words=${program##*/}
    [[ $words == patronictl ]] || words=matriarch
    help=$("$program" --help 2>/dev/null) || return 0
    commands=$(_matriarch_commands "$help" "$words")
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if grep -qxF -- "$word" <<<"$commands"; then
            before+=("$word")
            words+=" $word"
            help=$("$program" "${before[@]}" --help 2>/dev/null) || help=
            commands=$(_matriarch_commands "$help" "$words")
        fi
    done
    local candidates=$commands
    [[ $current != -* ]] || candidates=$(_matriarch_options "$help")
    local IFS=$'\n'
    # shellcheck disable=SC2207 # mapfile isn't zsh's
    COMPREPLY=($(compgen -W "$candidates" -- "$current"))
    # CONFIG, and the files that options want
    # shellcheck disable=SC2207
    ((${#COMPREPLY[@]} > 0)) || COMPREPLY=($(compgen -f -- "$current"))
}

complete -o filenames -F _matriarch matriarch patroni patronictl
