//! Holds, and what a scope of erasing means: which payloads would go, and which stay and why.

mod meant;
mod stays;

use std::collections::{BTreeMap, HashSet};

use domain::care::{ErasePreview, EraseScope, HoldScope, HoldView, RoleCount};
use domain::entry::Entry;
use domain::id::{CallId, ConversationId, Seq};
use domain::payload::{Commitment, PayloadRole};
use domain::time::Micros;
use rusqlite::{Connection, Row};

use super::Reader;
use crate::care::Selection;
use crate::columns;
use crate::error::StoreError;
use crate::stored;
use crate::target::Target;

use meant::Meant;
use stays::Stays;

impl Reader {
    /// Every hold, the latest first.
    pub async fn holds(&self) -> Result<Vec<HoldView>, StoreError> {
        self.run(|sql| {
            let mut statement = sql.prepare_cached(
                "SELECT id, seq, at, conversation, call, released_at FROM hold ORDER BY seq DESC",
            )?;
            columns::rows(&mut statement, [], |row| hold(sql, row))
        })
        .await
    }

    /// What erasing this would mean now. For a scope without a bound it reads the whole trail, and for a subject every
    /// payload; `progress` hears how many entries of how many were looked at.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the call or conversation does not exist.
    pub async fn erasable(
        &self,
        scope: EraseScope,
        mut progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<Selection, StoreError> {
        self.run(move |sql| select(sql, &scope, &mut progress)).await
    }
}

fn hold(sql: &Connection, row: &Row<'_>) -> Result<HoldView, StoreError> {
    let seq = Seq(row.get(1)?);
    let conversation: Option<ConversationId> = columns::optional_id(row.get(3)?)?;
    let call: Option<CallId> = columns::optional_id(row.get(4)?)?;
    let scope = match (call, conversation) {
        (Some(call), _) => HoldScope::Call { call },
        (None, Some(conversation)) => HoldScope::Conversation { conversation },
        (None, None) => HoldScope::Everything,
    };
    let reason = stored::payloads_of(sql, seq, u64::MAX)?.into_iter().next();
    Ok(HoldView {
        id: columns::id(&row.get::<_, String>(0)?)?,
        scope,
        reason: reason.map(|reason| String::from_utf8_lossy(&reason.bytes).into_owned()).unwrap_or_default(),
        seq,
        at: Micros(row.get(2)?),
        released_at: row.get::<_, Option<i64>>(5)?.map(Micros),
    })
}

fn select(
    sql: &Connection,
    scope: &EraseScope,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Selection, StoreError> {
    let meant = Meant::of(sql, scope)?;
    let stays = Stays::now(sql)?;
    let mut found = Found::default();
    let total: u64 = sql.query_row("SELECT coalesce(max(seq) + 1, 0) FROM entry", [], |row| row.get(0))?;
    let mut statement =
        sql.prepare_cached("SELECT seq, body FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq")?;
    let mut rows = statement.query((meant.from.0, total))?;
    while let Some(row) = rows.next()? {
        let seq = Seq(row.get(0)?);
        if seq.0.is_multiple_of(1024) {
            progress(seq.0, total);
        }
        let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        if meant.passes_over(body) {
            continue;
        }
        let entry = Entry::from_body(body).map_err(|error| StoreError::damaged(seq, error.to_string()))?;
        if !entry.fact.can_be_erased() {
            continue;
        }
        for (place, (role, commitment)) in entry.fact.payloads().into_iter().enumerate() {
            let target = Target { seq, place, role, commitment };
            if meant.includes(sql, &entry, &target)? {
                found.take(sql, &entry, target, &stays)?;
            }
        }
    }
    progress(total, total);
    Ok(found.finish())
}

#[derive(Default)]
struct Found {
    targets: Vec<Target>,
    preview: ErasePreview,
    roles: BTreeMap<&'static str, RoleCount>,
    calls: HashSet<CallId>,
    conversations: HashSet<ConversationId>,
}

impl Found {
    fn take(
        &mut self,
        sql: &Connection,
        entry: &Entry,
        target: Target,
        stays: &Stays,
    ) -> Result<(), StoreError> {
        let Some(size) = size(sql, target.seq, &target.commitment)? else {
            self.preview.gone += 1;
            return Ok(());
        };
        if stays.is_held(entry) {
            self.preview.held += 1;
        } else if stays.is_busy(entry) {
            self.preview.busy += 1;
        } else {
            self.preview.payloads += 1;
            self.preview.bytes += size;
            let counted =
                self.roles.entry(target.role.word()).or_insert(RoleCount { role: target.role, count: 0 });
            counted.count += 1;
            if target.role != PayloadRole::Answer {
                self.calls.extend(entry.fact.calls());
            }
            self.conversations.extend(entry.link.as_ref().map(|link| link.conversation));
            self.targets.push(target);
        }
        Ok(())
    }

    fn finish(self) -> Selection {
        let Self { targets, mut preview, roles, calls, conversations } = self;
        preview.by_role = roles.into_values().collect();
        preview.by_role.sort_by_key(|counted| std::cmp::Reverse(counted.count));
        (preview.calls, preview.conversations) = (calls.len() as u64, conversations.len() as u64);
        Selection { targets, preview }
    }
}

fn size(sql: &Connection, seq: Seq, commitment: &Commitment) -> Result<Option<u64>, StoreError> {
    Ok(stored::payload(sql, seq, commitment, 0)?.map(|stored| stored.size))
}
