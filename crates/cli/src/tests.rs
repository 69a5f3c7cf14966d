//! The whole command line, as the program embeds it.

use crate::{Command, Defaults, Exit, Options, run};
use clap::{CommandFactory, Parser};

/// The program in small.
#[derive(Debug, Parser)]
#[command(name = "certwright", after_help = crate::exit::HELP)]
struct Program {
    #[command(subcommand)]
    command: ProgramCommand,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, clap::Subcommand)]
enum ProgramCommand {
    #[command(flatten)]
    Client(Command),
    /// The binary's own.
    Serve,
}

fn parse(line: &str) -> Result<Program, clap::Error> {
    Program::try_parse_from(line.split_whitespace())
}

#[test]
fn the_command_line_holds_together() {
    Program::command().debug_assert();
}

#[test]
fn command_lines_are_taken_or_refused() {
    for line in [
        "certwright serve",
        "certwright cert create a.example b.example --deploy nginx --set nginx.policy=update-only --tag x --tag y",
        "certwright cert list --health waiting-for-person --sort not-after --desc --json",
        "certwright --json --color never cert show shop --socket /run/x.sock",
        "certwright cert edit shop --add-name b.example --pause",
        "certwright cert request shop --plan abc --no-wait -q",
        "certwright cert log shop -f --lines 5",
        "certwright cert export shop --key --out /tmp/x",
        "certwright certificate delete shop -y",
        "certwright account create --ca x --eab-key-id k --eab-key-file - --eab-algorithm HS384",
        "certwright account prefer-chain acct-1 auto",
        "certwright cert create --csr r.pem --private-key k.pem --passphrase-file - --deploy nginx",
        "certwright cert create a.example --staging --preferred-chain X1 --lifetime 7d --reuse-key",
        "certwright ca add x --title T --directory https://x",
        "certwright authority create home --title T --name home.arpa --network 10.0.0.0/8 --lifetime 36h --enable",
        "certwright authority create any --title T --anything --yes --reach network",
        "certwright authority edit home --wildcards yes --terms none",
        "certwright authority root home --out /tmp/x --der --replace",
        "certwright authority trust home --remove -y",
        "certwright authority use home --id other --replace",
        "certwright authority key create home --name nas.home.arpa --expires-in 30d --out /tmp/x",
        "certwright authority key delete home -Abc_123 --yes",
        "certwright authority issued home --json",
        "certwright run list --cert shop",
        "certwright renew --due --no-wait",
        "certwright renew a b",
        "certwright status --url http://127.0.0.1:9644 --token-file /t",
        "certwright events --follow",
        "certwright target list",
        "certwright audit list",
        "certwright gui --print --user alice",
        "certwright user add alice --role viewer --password-file -",
        "certwright user role alice administrator",
        "certwright user edit alice --rename b --enable",
        "certwright user delete alice -y",
        "certwright token create t --role viewer --scope read --scope metrics --expires-in 90d",
        "certwright token revoke t",
        "certwright session end s --json",
        "certwright completion zsh",
    ] {
        if let Err(error) = parse(line) {
            panic!("{line}: {error}");
        }
    }
    for line in [
        "certwright cert create",
        "certwright cert create a.example --key dsa",
        "certwright cert create a.example --set nginx",
        "certwright cert edit shop --names a --add-name b",
        "certwright cert edit shop --webroot / --http",
        "certwright account create --ca x --eab-key-id k",
        "certwright account create --ca x --eab-key secret",
        "certwright authority create home --title T --name a --lifetime soon",
        "certwright authority root home --der",
        "certwright authority edit home --wildcards maybe",
        "certwright renew",
        "certwright user add alice",
        "certwright user add alice --role root",
        "certwright user add alice --role viewer --password secret",
        "certwright user edit alice",
        "certwright user edit alice --enable --disable",
        "certwright token create t",
        "certwright token create t --role viewer --expires-in soon",
        "certwright status --url http://x --socket /y",
    ] {
        let error = parse(line).expect_err(line);
        assert_eq!(error.exit_code(), i32::from(Exit::Refused.code()), "{line}");
    }
}

#[test]
fn every_command_has_words_and_an_example() {
    fn check(command: &clap::Command, path: &str) {
        let path = format!("{path} {}", command.get_name());
        assert!(command.get_about().is_some(), "{path} says nothing of itself");
        if command.get_subcommands().next().is_none() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("  certwright "), "{path} has no example");
        }
        for argument in command.get_arguments().filter(|argument| !argument.is_global_set()) {
            assert!(argument.get_help().is_some(), "{path} {argument} is not explained");
        }
        for subcommand in command.get_subcommands() {
            check(subcommand, &path);
        }
    }
    let program = Program::command();
    for command in program.get_subcommands().filter(|command| command.get_name() != "serve") {
        check(command, "certwright");
    }
}

/// Every example in the help is a command line that is taken.
#[test]
fn examples_are_true() {
    fn examples(command: &clap::Command, found: &mut Vec<String>) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default().replace("\\\n", "");
        found.extend(
            help.lines().map(str::trim).filter(|line| line.starts_with("certwright ")).map(str::to_owned),
        );
        for subcommand in command.get_subcommands() {
            examples(subcommand, found);
        }
    }
    let mut found = Vec::new();
    examples(&Program::command(), &mut found);
    assert!(found.len() > 25, "{found:?}");
    for example in found {
        let line = example
            .split(['>', '#'])
            .next()
            .unwrap()
            .replace("\"user alice\"", "alice")
            .replace("'Our CA'", "Ours")
            .replace("'Home CA'", "Home")
            .replace("'Local CA'", "Local");
        if let Err(error) = parse(&line) {
            panic!("{example}: {error}");
        }
    }
}

#[test]
fn completion_knows_the_binarys_own_commands() {
    let program = parse("certwright completion bash").unwrap();
    let ProgramCommand::Client(Command::Completion(completion)) = program.command else { panic!("another") };
    let script = completion.script(Program::command());
    assert!(script.contains("serve") && script.contains("--remove-name"), "{script}");
}

#[tokio::test]
async fn an_absent_service_has_its_code() {
    let run = async |line: &str| {
        let program = parse(line).unwrap();
        let ProgramCommand::Client(command) = program.command else { panic!("{line}") };
        let look = |socket: std::path::PathBuf| -> crate::Look {
            Box::pin(async move { crate::samples::absence(&socket.display().to_string()) })
        };
        let defaults =
            Defaults { socket: "/nowhere/certwright.sock".into(), program: Program::command(), look };
        run(command, &program.options, defaults).await
    };
    assert_eq!(run("certwright cert list --socket /nowhere/x.sock").await, Exit::Unreachable);
    assert_eq!(run("certwright gui --socket /nowhere/x.sock").await, Exit::Unreachable);
    assert_eq!(run("certwright cert list --url http://127.0.0.1:1").await, Exit::Refused);
    assert_eq!(run("certwright cert list --url https://x --token-file /nowhere").await, Exit::Refused);
}
