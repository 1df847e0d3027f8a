//! What a filter needs of whoever drives it. Lake Formation's actions know no resources: its own grants bound them.

use crate::policy::{Need, When, anything};

pub(super) fn needs() -> Vec<Need> {
    vec![
        Need::of(
            When::Look,
            &["lakeformation:GetDataCellsFilter", "lakeformation:ListDataCellsFilter"],
            anything(),
        ),
        Need::of(
            When::Write,
            &["lakeformation:CreateDataCellsFilter", "lakeformation:UpdateDataCellsFilter"],
            anything(),
        ),
        Need::of(When::Delete, &["lakeformation:DeleteDataCellsFilter"], anything()),
    ]
}
