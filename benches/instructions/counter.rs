//! The instructions of another process, of any vectors that the processor has: valgrind translates them, and knows none of AVX-512.
//!
//! A process that is traced could stop behind each instruction, which takes 20 us where a hypervisor hears of every stop. So
//! it runs from branch to branch: each one that it comes to is replaced by a breakpoint once, what lies before it is counted as it
//! was decoded, and the branch is made here, in the registers of the process.

use iced_x86::{Code, ConditionCode, Decoder, DecoderOptions, FlowControl, Instruction, OpKind, Register};
use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

/// Where the other process calls the counter: before what is counted, and behind it.
#[inline(always)]
pub(crate) fn mark() {
    // SAFETY: a breakpoint changes nothing; who is not counted does not come here.
    unsafe { std::arch::asm!("int3") };
}

/// Instructions up to a branch, that included.
#[derive(Clone, Copy)]
struct Block {
    count: u64,
    branch: Instruction,
    /// How often it ran.
    times: u64,
}

/// A process that stands at a breakpoint.
pub(crate) struct Counter {
    child: Child,
    memory: File,
    registers: libc::user_regs_struct,
    blocks: HashMap<u64, Block>,
    /// What lay where breakpoints are.
    replaced: BTreeMap<u64, u8>,
}

fn failed(what: &str) -> io::Error {
    io::Error::other(what)
}

impl Counter {
    /// Starts a program, which runs up to its first mark. Its addresses are the same in every run.
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        // SAFETY: the calls are allowed between `fork` and `exec`, and change only the new process.
        unsafe {
            command.pre_exec(|| {
                if libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) < 0
                    || libc::personality(libc::ADDR_NO_RANDOMIZE as libc::c_ulong) < 0
                {
                    return Err(io::Error::last_os_error());
                }
                Ok(())
            });
        }
        let child = command.spawn()?;
        let memory = OpenOptions::new().read(true).write(true).open(format!("/proc/{}/mem", child.id()))?;
        // SAFETY: a structure of numbers.
        let registers = unsafe { std::mem::zeroed() };
        let (blocks, replaced) = (HashMap::new(), BTreeMap::new());
        let mut counter = Counter { child, memory, registers, blocks, replaced };
        counter.wait()?; // behind `exec`
        counter.go_on()?;
        counter.wait()?;
        Ok(counter)
    }

    /// Waits for the process to stop at a breakpoint.
    fn wait(&mut self) -> io::Result<()> {
        let (id, mut status) = (self.child.id() as libc::pid_t, 0);
        // SAFETY: `status` and the registers are there to be written.
        unsafe {
            if libc::waitpid(id, &mut status, 0) < 0 {
                return Err(io::Error::last_os_error());
            }
            if !libc::WIFSTOPPED(status) || libc::WSTOPSIG(status) != libc::SIGTRAP {
                return Err(failed(&format!("the process ended or stopped elsewhere: status {status:#x}")));
            }
            if libc::ptrace(libc::PTRACE_GETREGS, id, 0, &mut self.registers) < 0 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    }

    /// Lets the process run with the registers as they are.
    fn go_on(&mut self) -> io::Result<()> {
        let id = self.child.id() as libc::pid_t;
        // SAFETY: the process is stopped, and its registers are read.
        unsafe {
            if libc::ptrace(libc::PTRACE_SETREGS, id, 0, &self.registers) < 0
                || libc::ptrace(libc::PTRACE_CONT, id, 0, 0) < 0
            {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    }

    /// The instructions from one mark to the next.
    pub(crate) fn count(&mut self) -> io::Result<u64> {
        let mut count = 0;
        loop {
            let Block { count: instructions, branch, .. } = self.block(self.registers.rip)?;
            self.go_on()?;
            self.wait()?;
            if self.registers.rip != branch.ip() + 1 {
                return Err(failed(&format!("{:#x} and not {:#x}", self.registers.rip - 1, branch.ip())));
            }
            if branch.code() == Code::Int3 {
                return Ok(count + instructions - 1);
            }
            count += instructions;
            self.make(&branch)?;
        }
    }

    /// The block that begins at an address, which ends with a breakpoint from now on.
    fn block(&mut self, start: u64) -> io::Result<Block> {
        if let Some(block) = self.blocks.get_mut(&start) {
            block.times += 1;
            return Ok(*block);
        }
        let (mut at, mut count) = (start, 0);
        let branch = loop {
            let mut bytes = [0; 16];
            self.memory.read_exact_at(&mut bytes, at)?;
            for (place, byte) in self.replaced.range(at..at + 16) {
                bytes[(place - at) as usize] = *byte;
            }
            let instruction = Decoder::with_ip(64, &bytes, at, DecoderOptions::NONE).decode();
            count += 1;
            if instruction.is_invalid() {
                return Err(failed(&format!("an instruction that the decoder does not know: {bytes:x?}")));
            }
            // The kernel comes back behind a call of it.
            if instruction.flow_control() != FlowControl::Next && instruction.code() != Code::Syscall {
                if !self.replaced.contains_key(&at) && instruction.code() != Code::Int3 {
                    self.memory.write_all_at(&[0xCC], at)?;
                    self.replaced.insert(at, bytes[0]);
                }
                break instruction;
            }
            at = instruction.next_ip();
        };
        let block = Block { count, branch, times: 1 };
        self.blocks.insert(start, block);
        Ok(block)
    }

    /// Where blocks begin and where their branch is, as places in the program's file, how many instructions that are, and how often
    /// they ran.
    pub(crate) fn places(&self) -> io::Result<Vec<[u64; 4]>> {
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", self.child.id()))?;
        let first = maps.split('-').next().and_then(|first| u64::from_str_radix(first, 16).ok());
        let first = first.ok_or_else(|| failed("a process without memory"))?;
        let place =
            |(start, block): (&u64, &Block)| [start - first, block.branch.ip() - first, block.count, block.times];
        Ok(self.blocks.iter().map(place).collect())
    }

    /// Makes a branch, call or return.
    fn make(&mut self, branch: &Instruction) -> io::Result<()> {
        let to =
            match branch.flow_control() {
                FlowControl::UnconditionalBranch | FlowControl::Call if branch.is_jmp_short_or_near() => {
                    branch.near_branch_target()
                }
                FlowControl::Call if branch.is_call_near() => branch.near_branch_target(),
                FlowControl::ConditionalBranch if branch.is_jcc_short_or_near() => {
                    if self.holds(branch.condition_code()) { branch.near_branch_target() } else { branch.next_ip() }
                }
                FlowControl::IndirectBranch | FlowControl::IndirectCall if branch.op0_kind() == OpKind::Register => {
                    self.register(branch.op0_register())
                }
                FlowControl::IndirectBranch | FlowControl::IndirectCall => {
                    let address = branch.virtual_address(0, 0, |register, _, _| Some(self.register(register)));
                    self.read(address.ok_or_else(|| failed("a branch without an address"))?)?
                }
                FlowControl::Return => {
                    let to = self.read(self.registers.rsp)?;
                    let behind = if branch.op_count() > 0 { u64::from(branch.immediate16()) } else { 0 };
                    self.registers.rsp += 8 + behind;
                    to
                }
                _ => return Err(failed(&format!("a branch that nobody makes here: {branch:?}"))),
            };
        if matches!(branch.flow_control(), FlowControl::Call | FlowControl::IndirectCall) {
            self.registers.rsp -= 8;
            self.memory.write_all_at(&branch.next_ip().to_le_bytes(), self.registers.rsp)?;
        }
        self.registers.rip = to;
        Ok(())
    }

    fn read(&self, address: u64) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.memory.read_exact_at(&mut bytes, address)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Whether the flags say so.
    fn holds(&self, condition: ConditionCode) -> bool {
        let flag = |bit: u32| self.registers.eflags >> bit & 1 == 1;
        let [carry, parity, zero, sign, overflow] = [0, 2, 6, 7, 11].map(flag);
        match condition {
            ConditionCode::o => overflow,
            ConditionCode::no => !overflow,
            ConditionCode::b => carry,
            ConditionCode::ae => !carry,
            ConditionCode::e => zero,
            ConditionCode::ne => !zero,
            ConditionCode::be => carry || zero,
            ConditionCode::a => !carry && !zero,
            ConditionCode::s => sign,
            ConditionCode::ns => !sign,
            ConditionCode::p => parity,
            ConditionCode::np => !parity,
            ConditionCode::l => sign != overflow,
            ConditionCode::ge => sign == overflow,
            ConditionCode::le => zero || sign != overflow,
            ConditionCode::g => !zero && sign == overflow,
            ConditionCode::None => true,
        }
    }

    fn register(&self, register: Register) -> u64 {
        let r = &self.registers;
        match register {
            Register::RAX => r.rax,
            Register::RBX => r.rbx,
            Register::RCX => r.rcx,
            Register::RDX => r.rdx,
            Register::RSI => r.rsi,
            Register::RDI => r.rdi,
            Register::RBP => r.rbp,
            Register::RSP => r.rsp,
            Register::R8 => r.r8,
            Register::R9 => r.r9,
            Register::R10 => r.r10,
            Register::R11 => r.r11,
            Register::R12 => r.r12,
            Register::R13 => r.r13,
            Register::R14 => r.r14,
            Register::R15 => r.r15,
            Register::FS => r.fs_base,
            Register::GS => r.gs_base,
            _ => 0, // segments that begin with the memory
        }
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}
