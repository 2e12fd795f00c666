#compdef matriarch patroni patronictl
# The same as in bash, whose file this reads.
autoload -U +X bashcompinit && bashcompinit
source "${MATRIARCH_COMPLETION:-/usr/share/bash-completion/completions/matriarch}"
_bash_complete -o filenames -F _matriarch
