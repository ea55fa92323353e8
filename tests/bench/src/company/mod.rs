//! The rehearsal company in a process of its own, so that what it costs is nobody's but its own: this program, started
//! again with one word, and told by lines of JSON what its model says next.

mod serve;
mod wire;

use std::process::Stdio;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::trouble::{Outcome, trouble};

pub(crate) use serve::serve;
pub(crate) use wire::{About, Call, Pace, Reply, Seen};
use wire::{Order, Record};

/// The word that makes of this program the company.
pub(crate) const SERVE: &str = "company";

/// The company, as its guests have it. It closes when this is dropped.
pub(crate) struct Company {
    /// Where everything is.
    pub(crate) about: About,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Company {
    /// Opens its doors.
    pub(crate) async fn open() -> Outcome<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(orders), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return trouble("the company has no ears");
        };
        let mut answers = BufReader::new(answers).lines();
        let about = answer(&mut answers).await?;
        Ok(Self { about, orders, answers, _process: process })
    }

    /// Sets the model's next replies, and forgets what was asked before.
    pub(crate) async fn script(&mut self, replies: Vec<Reply>) -> Outcome<()> {
        let Value::Null = self.order(&Order::Script { replies }).await? else {
            return trouble("the company said something else");
        };
        Ok(())
    }

    /// What every service was asked since the last script, in the order of arrival.
    pub(crate) async fn seen(&mut self) -> Outcome<Vec<Seen>> {
        self.order(&Order::Seen).await
    }

    /// Every record of the `records` service with what was appended to it, in order.
    pub(crate) async fn records(&mut self) -> Outcome<Vec<(String, Vec<Value>)>> {
        let records: Vec<Record> = self.order(&Order::Records).await?;
        Ok(records.into_iter().map(|record| (record.id, record.entries)).collect())
    }

    async fn order<T: DeserializeOwned>(&mut self, order: &Order) -> Outcome<T> {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        self.orders.write_all(&line).await?;
        self.orders.flush().await?;
        answer(&mut self.answers).await
    }
}

async fn answer<T: DeserializeOwned>(answers: &mut Lines<BufReader<ChildStdout>>) -> Outcome<T> {
    match answers.next_line().await? {
        Some(line) => Ok(serde_json::from_str(&line)?),
        None => trouble("the company closed; why stands above"),
    }
}
