//! Each call with what it may be given and with what it may not; under Miri, too, which sees what no sanitiser does.
#![allow(missing_docs, clippy::expect_used, clippy::indexing_slicing)]

use coldcap_c::*;
use core::mem::MaybeUninit;
use core::ptr::{null, null_mut};

struct Machine {
    memory: Vec<MaybeUninit<u128>>,
    device: *mut coldcap_device_t,
}

impl Machine {
    fn begun() -> Self {
        let mut this = Self {
            memory: vec![MaybeUninit::zeroed(); COLDCAP_DEVICE_SIZE_1 / 16],
            device: null_mut(),
        };
        let mut config = coldcap_config_t::default();
        // SAFETY: every pointer is to a value that is there.
        unsafe {
            assert_eq!(coldcap_config_reference(&mut config, COLDCAP_ABI), COLDCAP_DONE);
            let at = this.memory.as_mut_ptr().cast();
            let begun = coldcap_init(at, COLDCAP_DEVICE_SIZE_1, &config, &mut this.device);
            assert_eq!(begun, COLDCAP_DONE);
        }
        this
    }

    /// A byte of the device, as one who errs would hand it over.
    fn inside(&mut self) -> *mut u8 {
        self.device.cast::<u8>().wrapping_add(64)
    }

    fn tick(&mut self, now: u64, inputs: *const coldcap_inputs_t) -> (i32, coldcap_outputs_t) {
        let mut outputs = MaybeUninit::uninit();
        // SAFETY: the device is one, the inputs are null or there, and there is room for outputs, which a call writes
        // whether it ticks or not.
        unsafe {
            let done = coldcap_tick(self.device, now, inputs, outputs.as_mut_ptr());
            (done, outputs.assume_init())
        }
    }
}

fn absent() -> coldcap_inputs_t {
    let mut inputs = MaybeUninit::uninit();
    // SAFETY: there is room for inputs, and the call fills all of it.
    unsafe {
        assert_eq!(coldcap_inputs_absent(inputs.as_mut_ptr()), COLDCAP_DONE);
        inputs.assume_init()
    }
}

#[test]
fn a_tick_writes_all_of_its_outputs_and_proves_its_health_once() {
    let mut machine = Machine::begun();
    let inputs = absent();
    for now in [100, 200] {
        let (done, outputs) = machine.tick(now, &inputs);
        assert_eq!((done, outputs.now_ms, outputs.channel_count), (COLDCAP_DONE, now, 1));
        assert_eq!(outputs.misfilled, 0);
        let nothing = outputs.channels[0].supply;
        assert_eq!((nothing.valid, nothing.fault), (0, COLDCAP_NO_SENSOR));
        assert_eq!(nothing.value, COLDCAP_NOTHING);
        // SAFETY: the device is one.
        let proofs = [0; 2].map(|_| unsafe { coldcap_spend_health(machine.device) });
        assert_eq!(proofs, [1, 0]);
    }
    // The same instant again proves nothing.
    assert_eq!(machine.tick(200, &inputs).0, COLDCAP_DONE);
    // SAFETY: the device is one.
    assert_eq!(unsafe { coldcap_spend_health(machine.device) }, 0);
}

#[test]
fn a_tick_that_is_not_done_drives_nothing() {
    let mut machine = Machine::begun();
    let inside = machine.inside();
    for (inputs, error) in
        [(null(), COLDCAP_ERROR_NULL), (inside.cast_const().cast(), COLDCAP_ERROR_OVERLAP)]
    {
        // SAFETY: a device, no inputs or some within it, and room for outputs.
        unsafe {
            let mut outputs: coldcap_outputs_t = core::mem::zeroed();
            outputs.drives.chiller = 7;
            let done = coldcap_tick(machine.device, 100, inputs, &mut outputs);
            assert_eq!(done, error);
            assert!(error == COLDCAP_ERROR_OVERLAP || outputs.drives.chiller == 0);
        }
    }
}

#[test]
fn a_label_is_read_to_its_end_and_no_further() {
    let machine = Machine::begun();
    let secret = [3; COLDCAP_SEED_LENGTH];
    let mut text = [0; COLDCAP_PAIRING_TEXT_MAX];
    let mut open = |label: &[u8]| {
        // SAFETY: the device is one; the label ends with a zero, or is longer than any is read.
        unsafe {
            let (label, secret, to) = (label.as_ptr().cast(), secret.as_ptr(), text.as_mut_ptr());
            let length = text.len();
            coldcap_open_pairing(
                machine.device,
                0,
                9,
                COLDCAP_ROLE_NURSE,
                label,
                secret,
                to,
                length,
            )
        }
    };
    for label in [&b"\0"[..], b"tablet\0", b"a label as long as it is\0"] {
        assert_eq!(open(label), 109, "{label:?}");
    }
    assert_eq!(open(b"a label longer than it is"), COLDCAP_ERROR_VALUE);
    assert!(text[..109].is_ascii() && !text[..109].contains(&0));
    assert_eq!(text[109], 0);
}

#[test]
fn keys_come_back_as_they_were_stored() {
    let mut machine = Machine::begun();
    let (device, inside) = (machine.device, machine.inside());
    let mut key = [0; COLDCAP_KEY_LENGTH];
    [key[0], key[1], key[4]] = [1, COLDCAP_ROLE_CLINICIAN, 5];
    let mut again = [0; COLDCAP_KEY_LENGTH];
    // SAFETY: the device is one, and what else is not null and not in it is as long as a key.
    unsafe {
        assert_eq!(coldcap_add_key(device, key.as_ptr()), COLDCAP_DONE);
        assert_eq!(coldcap_add_key(device, key.as_ptr()), COLDCAP_ERROR_KEY_TAKEN);
        assert_eq!(coldcap_add_key(device, null()), COLDCAP_ERROR_NULL);
        assert_eq!(coldcap_stored_key(device, 0, again.as_mut_ptr()), 1);
        assert_eq!(coldcap_stored_key(device, 0, inside), COLDCAP_ERROR_OVERLAP);
        assert_eq!(coldcap_stored_key(device, 1, again.as_mut_ptr()), 0);
        for id in 6..13 {
            key[4] = id;
            assert_eq!(coldcap_add_key(device, key.as_ptr()), COLDCAP_DONE);
        }
        key[4] = 13;
        assert_eq!(coldcap_add_key(device, key.as_ptr()), COLDCAP_ERROR_KEYS_FULL);
        assert_eq!([coldcap_revoke_key(device, 5), coldcap_revoke_key(device, 5)], [1, 0]);
    }
    key[4] = 5;
    assert_eq!(again, key);
}

#[test]
fn what_is_no_device_is_told() {
    let machine = Machine::begun();
    let mut copy = machine.memory.clone();
    let mut zeros = vec![0_u128; 8];
    // SAFETY: each of them is null, or memory with room for a head in front.
    unsafe {
        let copied = copy.as_mut_ptr().cast();
        assert_eq!(coldcap_spend_health(copied), COLDCAP_ERROR_DEVICE);
        assert_eq!(coldcap_spend_health(zeros.as_mut_ptr().cast()), COLDCAP_ERROR_DEVICE);
        assert_eq!(coldcap_spend_health(null_mut()), COLDCAP_ERROR_NULL);
        let crooked = machine.device.cast::<u8>().wrapping_add(4).cast();
        assert_eq!(coldcap_spend_health(crooked), COLDCAP_ERROR_ALIGNMENT);
        assert_eq!(coldcap_next_deadline(copied), 0);
    }
}

#[test]
fn a_device_is_not_begun_over_what_it_begins_from() {
    let mut machine = Machine::begun();
    let (inside, size) = (machine.inside(), COLDCAP_DEVICE_SIZE_1);
    let memory = machine.memory.as_mut_ptr().cast::<u8>();
    let mut config = coldcap_config_t::default();
    let (mut device, mut stored) = (null_mut(), [0; COLDCAP_CHECKPOINT_MAX]);
    // SAFETY: what is not in the memory is a value that is there; what is in it is refused.
    unsafe {
        assert_eq!(coldcap_config_reference(&mut config, COLDCAP_ABI), COLDCAP_DONE);
        let length = coldcap_checkpoint(machine.device, stored.as_mut_ptr(), stored.len());
        let length = usize::try_from(length).expect("it has room");
        let from = inside.cast_const();
        let restored = coldcap_restore(memory, size, &config, from, length, 0, &mut device);
        assert_eq!(restored, COLDCAP_ERROR_OVERLAP);
        assert_eq!(coldcap_init(memory, size, from.cast(), &mut device), COLDCAP_ERROR_OVERLAP);
        assert_eq!(coldcap_init(memory, size, &config, inside.cast()), COLDCAP_ERROR_OVERLAP);
        // The device that was there is there.
        assert_eq!(coldcap_spend_health(machine.device), 0);
        let stored = stored.as_ptr();
        let restored = coldcap_restore(memory, size, &config, stored, length, 0, &mut device);
        assert_eq!((restored, device), (COLDCAP_DONE, machine.device));
    }
}
