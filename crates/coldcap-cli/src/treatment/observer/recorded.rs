//! The treatment that a recording tells of: what cannot be known from it stands as not known.

use super::{
    Entry, LinkCounters, Observer, Origin, PlanSummary, Reason, RecordCheck, StartContact, Summary,
    Treatment, alarms, breaks, degrees, fit_visit, identity, marks, minutes, phases, verify,
};
use coldcap_host::client::Record;
use coldcap_session::{Config, Phase, Plan};

/// What is known of a recording besides its messages.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) title: String,
    pub(crate) origin: Origin,
    pub(crate) seed: Option<u64>,
    pub(crate) output_hash: u64,
    /// Of one channel.
    pub(crate) record: Record,
}

impl Observer {
    /// Everything, for the report, without the plan's file: what was planned is what the record says.
    pub(crate) fn recorded(self, recorded: Recorded) -> Treatment {
        let Recorded { title, origin, seed, output_hash, record } = recorded;
        let entries: Vec<Entry> = record.iter().map(|(_, it)| Entry::from_bytes(it)).collect();
        let summary = Summary::fold(&entries);
        let plan = summary.plan.as_ref();
        let whole = record.total() > 0 && record.is_complete() && record.lost() == 0;
        let verified = whole && verify(&entries, &Config::DEFAULT).is_ok();
        let last_s = self.samples.last().map_or(0.0, |sample| sample.time_s);
        Treatment {
            title: heading(title, verified),
            outcome: outcome(summary.ended),
            device: identity(self.hello.as_ref()),
            seed,
            plan: plan.map_or_else(PlanSummary::default, planned),
            phases: phases(&entries, |phase| expected(phase, plan)),
            breaks: breaks(&entries, plan.map(|plan| minutes(plan.break_each()))),
            alarms: alarms(&entries, last_s),
            marks: marks(&entries, |id| format!("drug {id}")),
            fit: self.calibration.as_ref().map(fit_visit),
            contact: StartContact::of(&entries, self.calibration.as_ref())
                .map(|contact| contact.advice()),
            record: RecordCheck { entries: record.total(), verified },
            link: self.machine.map_or_else(LinkCounters::default, |machine| LinkCounters {
                ok: machine.link_ok,
                crc: machine.link_crc,
                length: machine.link_length,
                overflow: machine.link_overflow,
            }),
            samples: self.samples,
            output_hash,
            ..Treatment::new(origin)
        }
    }
}

fn heading(title: String, verified: bool) -> String {
    if verified {
        return title;
    }
    format!("{title} – RECORD INCOMPLETE: minutes, breaks and alarms may be missing below")
}

fn outcome(ended: Option<Reason>) -> String {
    match ended {
        Some(Reason::COMPLETED) => "completed".into(),
        Some(_) => "ended_early".into(),
        None => "not known: the recording tells of no end".into(),
    }
}

fn expected(phase: Phase, plan: Option<&Plan>) -> Option<f64> {
    match phase {
        Phase::PreCool => plan.map(|plan| minutes(plan.pre())),
        Phase::PostCool => plan.map(|plan| minutes(plan.post())),
        _ => None,
    }
}

fn planned(plan: &Plan) -> PlanSummary {
    let target = plan.target();
    PlanSummary {
        regimen: format!("regimen {}", plan.regimen()),
        pre_min: Some(minutes(plan.pre())),
        post_min: Some(minutes(plan.post())),
        break_each_min: Some(minutes(plan.break_each())),
        break_total_min: Some(minutes(plan.break_total())),
        mode: target.mode(),
        target_c: target.coolant().map(|target| degrees(target.to_milli())),
        interface_c: target.interface().map(|target| degrees(target.to_milli())),
    }
}
