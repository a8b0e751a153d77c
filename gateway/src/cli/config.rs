//! Settings: an argument, else its environment variable, else the settings file, else the default. The
//! settings file and the reference are both derived from the arguments, so neither can lag behind.

use anyhow::{Context, Result, bail};
use clap::{Arg, ArgAction, Args, Command};
use std::fmt::Write as _;

const FILE: &str = "RAPPORT_CONFIG";

/// Print the reference of all settings, as it stands in docs/configuration.md
#[derive(Debug, Args)]
#[command(hide = true)]
pub struct ReferenceArgs {}

/// Takes the settings of the TOML file named by `RAPPORT_CONFIG`, if any, as the defaults of the arguments.
///
/// # Errors
/// When the file cannot be read, or names a setting that does not exist.
pub fn with_file(command: Command) -> Result<Command> {
    let Some(path) = std::env::var_os(FILE) else {
        return Ok(command);
    };
    let path = std::path::PathBuf::from(path);
    let context = || format!("{FILE}: {}", path.display());
    let text = std::fs::read_to_string(&path).with_context(context)?;
    let settings: toml::Table = toml::from_str(&text).with_context(context)?;
    apply(command, settings).with_context(context)
}

fn apply(mut command: Command, settings: toml::Table) -> Result<Command> {
    for (name, value) in settings {
        let values = texts(&name, value)?;
        let id = name.clone();
        let mut known = false;
        command = command.mut_subcommands(|subcommand| {
            if !subcommand
                .get_arguments()
                .any(|arg| is_setting(arg) && arg.get_id() == id.as_str())
            {
                return subcommand;
            }
            known = true;
            subcommand.mut_arg(&id, |arg| arg.default_values(values.clone()))
        });
        if !known {
            bail!("there is no setting {name:?}");
        }
    }
    Ok(command)
}

fn texts(name: &str, value: toml::Value) -> Result<Vec<String>> {
    Ok(match value {
        toml::Value::String(text) => vec![text],
        toml::Value::Integer(number) => vec![number.to_string()],
        toml::Value::Boolean(flag) => vec![flag.to_string()],
        toml::Value::Array(values) => {
            let texts: Result<Vec<_>> = values.into_iter().map(|value| texts(name, value)).collect();
            texts?.concat()
        }
        other => bail!("setting {name:?} cannot be a {}", other.type_str()),
    })
}

fn is_setting(arg: &Arg) -> bool {
    arg.get_env().is_some()
}

/// Prints the reference in Markdown.
pub fn reference(command: &Command, _: &ReferenceArgs) -> Result<()> {
    let mut out = String::from(INTRODUCTION);
    let serve = command.find_subcommand("serve").context("no command serve")?;
    for arg in serve.get_arguments().filter(|arg| is_setting(arg)) {
        line(&mut out, arg)?;
    }
    print!("{out}");
    Ok(())
}

const INTRODUCTION: &str = "# Configuration

A setting is taken from the command line, else from its environment variable, else from the TOML file that
`RAPPORT_CONFIG` names, else it has its default. Keys of the file are the names in the first column. All
settings are checked at the start; a bad one ends `rapport` with one line that names it.

| key | argument | environment | default | meaning |
|---|---|---|---|---|
";

fn line(out: &mut String, arg: &Arg) -> Result<()> {
    let key = arg.get_id();
    let long = arg.get_long().unwrap_or_default();
    let env = arg.get_env().unwrap_or_default().to_string_lossy();
    let defaults: Vec<_> = arg
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    let default = match defaults.join(", ") {
        text if text.is_empty() => "–".to_owned(),
        text => format!("`{text}`"),
    };
    let help = arg
        .get_help()
        .map(ToString::to_string)
        .unwrap_or_default()
        .replace('|', "\\|");
    let several = if matches!(arg.get_action(), ArgAction::Append) {
        "; may be given several times"
    } else {
        ""
    };
    writeln!(
        out,
        "| `{key}` | `--{long}` | `{env}` | {default} | {help}{several} |"
    )?;
    Ok(())
}
