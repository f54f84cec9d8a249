# bash completion for voipqos
_voipqos()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local options="--read --keylog --no-unpack-limit --interface --list-interfaces --filter --json --ladder --plots --output --wav --wav-buffer --quiet --verbose
        --account --all --ascii --color --rating --tiphon-loss --model --codecs --plc --buffer --buffers --voipmonitor --delay --advantage --join-threshold --interval --duration
        --max-calls --max-streams --max-flows --max-registrations --max-dialogs --help --version"

    COMPREPLY=()
    # bash takes --option=value apart.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]] && ((COMP_CWORD > 1)); then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $prev in
        -r | --read | --keylog | --codecs | --json)
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            compopt -o filenames 2>/dev/null
            return
            ;;
        -o | --output | --plots | --wav)
            mapfile -t COMPREPLY < <(compgen -d -- "$cur")
            compopt -o filenames 2>/dev/null
            return
            ;;
        -i | --interface)
            mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" -D 2>/dev/null | cut -d ' ' -f 1)" -- "$cur")
            return
            ;;
        --color)
            mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$cur")
            return
            ;;
        --rating)
            mapfile -t COMPREPLY < <(compgen -W "itu tiphon" -- "$cur")
            return
            ;;
        --tiphon-loss)
            mapfile -t COMPREPLY < <(compgen -W "point band" -- "$cur")
            return
            ;;
        --filter | -f | --model | --buffer | --buffers | --delay | --advantage | --join-threshold | --interval | --duration | --max-*)
            return
            ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    elif ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "emodel" -- "$cur")
    fi
}
complete -F _voipqos voipqos
