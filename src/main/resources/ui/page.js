'use strict';
// Data never becomes markup: elements are made one by one, and texts are set as texts.
const $ = id => document.getElementById(id);
const SVG = 'http://www.w3.org/2000/svg';
const EVERY = 2000, HIDDEN = 30000, PATIENCE = 5000, LONGEST_BREAK = 30000;
const STEPS = ['requested', 'stopping', 'waiting for candidate', 'released', 'promoting', 'done'];
const seen = {cluster: null, history: [], operations: [], backups: {}, at: 0, failures: 0, text: ''};
const access = {granted: false, password: false, name: ''};
let authorization = null, timer = 0, busy = false, members = [];

const fill = (element, attributes, children) => {
	for (const [name, value] of Object.entries(attributes || {})) {
		if (name === 'on') element.addEventListener('click', value);
		else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
	}
	element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== ''));
	return element;
};
const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
const text = value => typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);
const list = value => Array.isArray(value) ? value : [];
const bytes = value => {
	if (typeof value !== 'number') return 'unknown';
	let unit = 0;
	for (; value >= 1024 && unit < 4; unit++) value /= 1024;
	return (unit && value < 10 ? value.toFixed(1) : Math.round(value)) + ' ' + ['B', 'kB', 'MB', 'GB', 'TB'][unit];
};
const moment = value => {
	const at = new Date(text(value));
	return isNaN(at) ? text(value) : at.toLocaleString(undefined, {dateStyle: 'medium', timeStyle: 'medium'});
};
const time = value => h('time', {datetime: text(value)}, moment(value));
const title = value => value.charAt(0).toUpperCase() + value.slice(1).replaceAll('_', ' ');
/** A link to another member's page, if its address is one: member keys are anybody's text. */
const page = member => {
	try {
		const url = new URL(text(member.api_url));
		return /^https?:$/.test(url.protocol) ? url.origin + '/ui' : '';
	} catch { return ''; }
};
const leads = member => member.role === 'leader' || member.role === 'standby_leader';
const sync = member => member.role === 'sync_standby' || member.role === 'quorum_standby';
const fine = member => member.state === (leads(member) && member.role === 'leader' ? 'running' : 'streaming');
const health = member => fine(member) ? 'good' : /fail|crash|stopped|unknown/.test(member.state) || leads(member) ? 'bad' : 'soso';
const follows = member => {
	if (leads(member)) return null;
	const from = text(member.tags.replicatefrom);
	const parent = members.find(other => other.name === from && other !== member && !leads(other));
	return parent || members.find(leads) || null;
};
const notes = member => {
	const all = [];
	if (member.pending_restart) all.push(['restart pending', true, Object.entries(member.pending_restart_reason || {})
		.map(([name, change]) => `${name}: ${text(change.old_value)} → ${text(change.new_value)}`).join(', ')]);
	if (member.scheduled_restart) all.push(['restart at ' + moment(member.scheduled_restart.schedule), true, '']);
	for (const [name, value] of Object.entries(member.tags)) if (name !== 'replicatefrom' || value !== (follows(member) || {}).name) all.push([value === true ? name : `${name}: ${text(value)}`, false, '']);
	return all;
};

/* The picture: columns on a wide screen, an indented tree on a narrow one. */
function tree() {
	const shown = [], visit = (member, depth) => {
		if (shown.some(node => node.member === member)) return;
		const node = {member, depth};
		shown.push(node);
		node.kids = members.filter(other => follows(other) === member).map(kid => visit(kid, depth + 1)).filter(Boolean);
		return node;
	};
	const roots = members.filter(member => !follows(member)).map(member => visit(member, 0)).filter(Boolean);
	for (const member of members) { const lost = visit(member, 0); if (lost) roots.push(lost); }
	return {roots, shown};
}
const shorten = (element, value, width) => {
	let end = value.length;
	while (end > 1 && element.getComputedTextLength() > width) element.textContent = value.slice(0, end = Math.min(end - 1, Math.ceil(end * .9))) + '…';
};
const elephant = (at, size) => s('use', {href: '#elephant', x: at, y: at + 4, width: size, height: size});
function card({member, x, y, width, height}) {
	const state = health(member), all = notes(member);
	const kind = (leads(member) ? 'lead' : '') + (state === 'bad' ? ' ill' : state === 'soso' ? ' warn' : '');
	const name = s('text', {class: 'name', x: 64, y: 29}, member.name);
	const status = s('text', {x: 78, y: 71}, member.state + (leads(member) ? '' : ` · lag ${bytes(member.replay_lag)}`));
	const group = s('g', {class: kind, transform: `translate(${x} ${y})`}, s('title', {}, member.name),
		s('rect', {class: 'box', width, height, rx: 12}), leads(member) ? elephant(10, 46) : elephant(14, 38),
		name, s('text', {x: 64, y: 50}, s('tspan', {class: 'role'}, title(member.role)), member.timeline ? ` · timeline ${text(member.timeline)}` : ''),
		s('circle', {class: state === 'good' ? 'ok' : state === 'bad' ? 'no' : 'soso', cx: 68, cy: 66.5, r: 4}), status);
	let left = 64;
	const late = [() => shorten(name, member.name, width - 76), () => shorten(status, status.textContent, width - 90)];
	if (all.length) late.push(() => {
		for (const [index, [words, warns]] of all.entries()) {
			const label = s('text', {class: warns ? 'pilltext' : 'tagtext', x: left + 8, y: 95.5}, words);
			group.append(label);
			shorten(label, words, Math.min(150, width - left - 26));
			const wide = label.getComputedTextLength() + 16;
			if (left + wide > width - 10 || (wide < 40 && label.textContent.endsWith('…'))) { label.textContent = `+${all.length - index}`; label.setAttribute('class', 'tagtext'); break; }
			group.insertBefore(s('rect', {class: warns ? 'pill' : 'tag', x: left, y: 81.5, width: wide, height: 20, rx: 10}), label);
			left += wide + 5;
		}
	});
	return {group, late: () => late.forEach(run => run())};
}
function draw() {
	const space = Math.max(260, $('picture').clientWidth), {roots, shown} = tree();
	const columns = Math.max(0, ...shown.map(node => node.depth)) + 1, deep = Math.max(columns, 2);
	const narrow = space < deep * 230 + (deep - 1) * 50;
	const gap = narrow ? 26 : Math.min(120, (space - deep * 220) / Math.max(1, deep - 1));
	const width = narrow ? 0 : Math.min(320, (space - 2 - (deep - 1) * gap) / deep);
	const tall = node => notes(node.member).length ? 112 : 86;
	let y = 2;
	const place = node => {
		node.x = 1 + (narrow ? node.depth * 22 : node.depth * (width + gap));
		node.width = width || space - node.x - 1;
		node.height = tall(node);
		if (narrow || !node.kids.length) { node.y = y; y += node.height + 14; node.kids.forEach(place); return; }
		const top = y;
		node.kids.forEach(place);
		node.y = Math.max(top, (node.kids[0].y + node.kids.at(-1).y + node.kids.at(-1).height - node.height) / 2);
		y = Math.max(y, node.y + node.height + 14);
	};
	roots.forEach(place);
	const used = narrow ? space : Math.max(...shown.map(node => node.x + node.width)), left = narrow ? 0 : Math.max(0, (space - used) / 2);
	const svg = s('svg', {width: space, height: Math.max(40, y - 10), viewBox: `${-left} 0 ${space} ${Math.max(40, y - 10)}`, role: 'img', 'aria-label': $('summary').textContent + ' The table below tells the same.'});
	for (const node of shown) for (const [index, kid] of node.kids.entries()) {
		const kind = kid.member.state !== 'streaming' ? ' broken' : sync(kid.member) ? ' sync' : '';
		const to = kid.y + kid.height / 2, end = kid.x - 9, other = node.kids[index - 1], above = other ? other.y + other.height / 2 : node.y + node.height;
		const from = narrow ? `M${node.x + 11} ${above}V${to}H${end}`
			: `M${node.x + node.width} ${node.y + node.height / 2}C${node.x + node.width + gap * .55} ${node.y + node.height / 2} ${end - gap * .5} ${to} ${end} ${to}`;
		svg.append(s('path', {class: 'edge' + kind, d: from}), s('path', {class: 'tip' + kind, d: `M${kid.x - 1} ${to}l-9 -5v10z`}));
	}
	const cards = shown.map(node => card(node));
	svg.append(...cards.map(one => one.group));
	$('picture').replaceChildren(shown.length ? svg : h('p', {class: 'waits'}, 'No member has a key in the DCS.'));
	cards.forEach(one => one.late());
}

/* Everything else, from what was heard last. */
function summary() {
	const leader = members.find(leads), well = members.filter(member => !leads(member) && fine(member)).length;
	const others = members.length - (leader ? 1 : 0);
	return (leader ? `${leader.name} leads, ` : 'Nobody leads, ') + (others ? `${well} of ${others} ${others === 1 ? 'follower streams' : 'followers stream'}.` : 'nobody follows.');
}
function notices() {
	const all = [], cluster = seen.cluster || {}, planned = cluster.scheduled_switchover;
	if (seen.failures > 1) all.push(h('p', {class: 'notice bad'}, `${access.name || 'This member'} doesn’t answer${seen.at ? '; what is shown is as of ' + new Date(seen.at).toLocaleTimeString() : ''}. It is asked again by itself.`,
		members.filter(member => member.name !== access.name && page(member)).map(member => h('a', {href: page(member), rel: 'noreferrer'}, member.name))));
	if (seen.cluster && !members.some(leads)) all.push(h('p', {class: 'notice bad'}, 'Nobody holds the leader lock: there is no primary.'));
	if (cluster.pause) all.push(h('p', {class: 'notice warn'}, 'Maintenance mode is on: Matriarch neither fails over nor restarts anything by itself.'));
	if (planned) all.push(h('p', {class: 'notice'}, 'A switchover is scheduled at ', time(planned.at), planned.from ? `, from ${text(planned.from)}` : '', planned.to ? ` to ${text(planned.to)}` : '', '.'));
	for (const [name, one] of Object.entries(seen.backups.jobs || {})) if (one.last && one.last !== 'done') {
		const last = list(seen.backups.reports).find(report => report.job === name) || {};
		all.push(h('p', {class: 'notice warn'}, `${JOBS[name] || name}: ${text(one.last)}. ${list(last.problems).map(text).join('; ')}`));
	}
	const archive = seen.backups.archive || {};
	if (archive.failing) all.push(h('p', {class: 'notice warn'}, `${access.name || 'This member'} can’t archive ${text(archive.failing)}, ${text(archive.waiting)} WAL files wait: ${text(archive.error)}`));
	$('notices').replaceChildren(...all);
}
const button = (words, key, action, kind) => h('button', {type: 'button', class: kind, 'data-key': key, on: action}, words);
const short = name => h('span', {class: 'name', title: name}, name);
function row(member) {
	const own = member.name === access.name, address = page(member), parent = follows(member), lag = field => leads(member) ? '' : bytes(member[field]);
	const actions = access.granted && own ? [button('Restart …', 'restart', () => restart(member)), button('Reload …', 'reload', () => act(`Reload the configuration of ${member.name}?`, 'Its file is read again; PostgreSQL goes on.', 'Reload', '/reload')),
		leads(member) ? null : button('Reinitialize …', 'reinit', () => act(`Reinitialize ${member.name}?`, 'All of its data is deleted and copied again from the cluster.', 'Delete and copy again', '/reinitialize', () => ({})))]
		: access.granted && address ? [h('a', {href: address, rel: 'noreferrer', 'data-key': 'page-' + member.name}, 'its page')] : [];
	return h('tr', {}, h('th', {scope: 'row'}, short(member.name)), h('td', {}, title(member.role)),
		h('td', {}, h('span', {class: 'state ' + health(member)}, h('span', {class: 'dot'}), member.state)), h('td', {}, parent ? short(parent.name) : '–'),
		h('td', {class: 'n'}, text(member.timeline)), h('td', {class: 'n'}, lag('receive_lag')), h('td', {class: 'n'}, lag('replay_lag')),
		h('td', {}, notes(member).map(([words, warns, why]) => h('span', {class: 'chip' + (warns ? ' warn' : '')}, words + (why ? ` (${why})` : '')))), h('td', {}, h('div', {class: 'actions'}, actions)));
}
function operation(one) {
	const phase = text(one.phase), at = STEPS.indexOf(phase), failed = phase === 'failed' || phase === 'timed out';
	const steps = failed || phase === 'scheduled' || phase === 'done' ? null : h('ol', {class: 'steps'}, STEPS.map((step, index) =>
		h('li', {class: index < at ? 'past' : index === at ? 'now' : null, 'aria-current': index === at ? 'step' : null}, step)));
	return h('li', {}, h('div', {class: 'op'}, h('b', {}, title(text(one.kind)) + (one.leader ? ` from ${text(one.leader)}` : '') + (one.candidate ? ` to ${text(one.candidate)}` : '')), time(one.started)),
		steps, one.result ? h('div', {class: 'result ' + (failed ? 'bad' : 'good')}, (failed ? title(phase) + ': ' : '') + text(one.result)) : one.waits_for ? h('div', {class: 'waits'}, phase === 'scheduled' ? 'Scheduled' : `Waiting for ${text(one.waits_for)}`) : null);
}
/* Jobs, and what they made. */
const JOBS = {base: 'Base backup', incremental: 'Incremental backup', dump: 'Dump', expire: 'Expiry', drill: 'Drill'};
const duration = value => typeof value !== 'number' ? '' : value < 90 ? `${Math.round(value)} s` : value < 5400 ? `${Math.round(value / 60)} min` : `${(value / 3600).toFixed(1)} h`;
function job([name, one]) {
	const last = list(seen.backups.reports).find(report => report.job === name), detail = (last || {}).details || {}, bad = last && last.outcome !== 'done';
	const measured = [['restored in', detail.rto_seconds], ['would lose', detail.rpo_seconds]].filter(([, value]) => typeof value === 'number').map(([words, value]) => `${words} ${duration(value)}`).join(', ');
	return h('tr', {}, h('th', {scope: 'row'}, JOBS[name] || name), h('td', {}, last ? time(last.started) : '–'),
		h('td', {}, last ? h('span', {class: 'state ' + (bad ? 'bad' : 'good')}, h('span', {class: 'dot'}), text(last.outcome)) : '–',
			h('div', {class: 'waits'}, bad ? list(last.problems).map(text).join('; ') : [text(detail.label), measured].filter(Boolean).join(': '))),
		h('td', {}, last ? short(text(last.member)) : '–'), h('td', {class: 'n'}, last ? duration(last.seconds) : ''),
		h('td', {}, one.last_success ? time(one.last_success) : 'never'), h('td', {}, one.overdue_seconds > 0 ? h('span', {class: 'chip warn'}, `due since ${duration(one.overdue_seconds)}`) : one.next ? time(one.next) : '–'));
}
function renderJobs() {
	const all = Object.entries(seen.backups.jobs || {}), backups = list(seen.backups.backups), running = seen.backups.running, progress = (running || {}).progress;
	$('jobs').hidden = !all.length && !backups.length;
	$('job-running').textContent = running ? `${text(running.member)} does the job ${text(running.job)} since ${moment(running.started)}${progress ? `: ${text(progress.percent)} %, ${duration(progress.seconds_left)} left` : ''}.` : '';
	$('job-rows').replaceChildren(...all.map(job));
	$('backups').hidden = !backups.length;
	$('backup-rows').replaceChildren(...backups.map(one => h('tr', {}, h('th', {scope: 'row'}, short(text(one.label))), h('td', {}, text(one.type)), h('td', {}, one.ended ? time(one.ended) : '–'),
		h('td', {class: 'n'}, bytes(one.size_bytes)), h('td', {class: 'n'}, bytes(one.stored_bytes)), h('td', {}, h('span', {class: 'state ' + (one.restorable === 'yes' ? 'good' : 'bad')}, h('span', {class: 'dot'}), text(one.restorable))))));
}
function render() {
	const key = document.activeElement && document.activeElement.dataset.key, cluster = seen.cluster || {};
	document.body.classList.toggle('stale', seen.failures > 1);
	notices();
	if (seen.cluster) {
		$('scope').textContent = text(cluster.scope);
		document.title = text(cluster.scope) + ' – Matriarch';
		$('summary').textContent = summary();
		draw();
		$('rows').replaceChildren(...members.map(row));
	}
	$('operations').hidden = !seen.operations.length;
	$('operation-list').replaceChildren(...seen.operations.map(operation));
	renderJobs();
	$('history').hidden = !seen.history.length;
	$('history-rows').replaceChildren(...seen.history.slice(-20).reverse().map(line => h('tr', {}, h('td', {}, text(line[0])), h('td', {}, lsn(line[1])), h('td', {}, text(line[4]) || '–'), h('td', {}, line[3] ? time(line[3]) : '–'), h('td', {}, text(line[2])))));
	$('cluster-actions').replaceChildren(...(access.granted && seen.cluster ? [button('Switch over …', 'switchover', switchover, 'primary'),
		cluster.scheduled_switchover ? button('Cancel the schedule …', 'flush', () => act('Delete the scheduled switchover?', '', 'Delete it', '/switchover', null, 'DELETE')) : null,
		button(cluster.pause ? 'Resume …' : 'Pause …', 'pause', () => act(cluster.pause ? 'End maintenance mode?' : 'Begin maintenance mode?', cluster.pause ? 'Matriarch looks after the cluster again.' : 'Until it ends, nobody fails over and nothing is restarted.', cluster.pause ? 'Resume' : 'Pause', '/config', () => ({pause: cluster.pause ? null : true}), 'PATCH'))].filter(Boolean) : []));
	$('sign').hidden = !(access.password || authorization);
	$('sign').textContent = authorization ? 'Sign out' : 'Sign in';
	$('self').textContent = access.name || 'this member';
	if (key && document.activeElement === document.body) [...document.querySelectorAll('[data-key]')].find(element => element.dataset.key === key)?.focus();
}
const lsn = value => typeof value === 'number' ? Math.floor(value / 2 ** 32).toString(16).toUpperCase() + '/' + (value % 2 ** 32).toString(16).toUpperCase() : text(value);

/* News are told to who can't see them. */
function compare(before, operationsBefore) {
	const told = [];
	const leader = all => (all.find(leads) || {name: ''}).name;
	if (leader(before) !== leader(members)) told.push(leader(members) ? `${leader(members)} leads now.` : 'Nobody leads now.');
	for (const member of members) {
		const old = before.find(other => other.name === member.name);
		if (!old) told.push(`${member.name} has come.`);
		else if (fine(old) !== fine(member)) told.push(`${member.name} is ${member.state} now.`);
	}
	for (const old of before) if (!members.some(member => member.name === old.name)) told.push(`${old.name} is gone.`);
	const one = seen.operations[0], old = operationsBefore.find(other => one && other.id === one.id);
	if (one && (!old || old.phase !== one.phase)) told.push(`${title(text(one.kind))}: ${text(one.phase)}.`);
	return told;
}
const announce = words => { $('news').textContent = words; };

/* Asking. Nothing ambient speaks for a person: the password is in this page's memory, and goes along only with what it is for. */
async function ask(path, options = {}) {
	const headers = {...options.headers, ...(authorization && options.signed ? {Authorization: authorization} : {})};
	const answer = await fetch(path, {...options, headers, credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(options.patience || PATIENCE)});
	return options.raw ? answer : answer.ok ? answer.json() : Promise.reject(new Error(await answer.text()));
}
async function look() {
	const before = members, operationsBefore = seen.operations, first = !seen.cluster;
	const paused = !!(seen.cluster || {}).pause;
	try {
		const [cluster, operations, history, backups] = await Promise.all([ask('cluster'), ask('operations'), ask('history'), ask('backups')]);
		const back = seen.failures > 1;
		Object.assign(seen, {cluster, operations: list(operations.operations), history: list(history).filter(Array.isArray), backups: backups || {}, at: Date.now(), failures: 0});
		members = list(cluster.members).map(member => ({...member, name: text(member.name), role: text(member.role), state: text(member.state), tags: {...member.tags}}));
		if (back || first) await signIn();
		const told = first ? [] : compare(before, operationsBefore);
		if (!first && paused !== !!cluster.pause) told.push(cluster.pause ? 'Maintenance mode is on.' : 'Maintenance mode is off.');
		if (back) told.push('It answers again.');
		if (told.length) announce(told.join(' '));
	} catch {
		if (++seen.failures === 2) announce(`${access.name || 'This member'} doesn’t answer.`);
	}
	const news = JSON.stringify([seen.cluster, seen.operations, seen.history, seen.backups, seen.failures > 1, access, !!authorization]);
	if (news !== seen.text) { seen.text = news; render(); }
}
async function signIn() {
	Object.assign(access, await ask('ui/access', {signed: true}));
}
async function loop() {
	clearTimeout(timer);
	if (busy) return;
	busy = true;
	await look();
	busy = false;
	const wait = document.hidden ? HIDDEN : Math.min(LONGEST_BREAK, EVERY * 2 ** Math.max(0, seen.failures - 1));
	$('live').dataset.state = seen.failures ? 'away' : document.hidden ? 'wait' : 'on';
	$('live-text').textContent = seen.failures ? `no answer, next try in ${wait / 1000} s` : document.hidden ? 'paused while hidden' : 'live';
	timer = setTimeout(loop, wait);
}

/* Doing. Each asks again before it does something. */
function dialog(words, explanation, yes, fields, action) {
	$('dialog-title').textContent = words;
	$('dialog-text').textContent = explanation;
	$('dialog-fields').replaceChildren(...fields);
	$('dialog-yes').textContent = yes;
	$('dialog-error').textContent = '';
	$('dialog').showModal();
	$('dialog').querySelector('form').onsubmit = async event => {
		event.preventDefault();
		$('dialog-yes').disabled = true;
		try {
			await action();
			$('dialog').close();
		} catch (problem) {
			$('dialog-error').textContent = problem.message;
		}
		$('dialog-yes').disabled = false;
		loop();
	};
}
const field = (words, element) => h('label', {}, words, element);
const send = async (path, method, body) => {
	const answer = await ask(path.slice(1), {method, signed: true, raw: true, patience: 3600000, headers: {'Content-Type': 'application/json', Prefer: 'respond-async'}, body: body === null ? undefined : JSON.stringify(body)});
	const words = await answer.text();
	if (!answer.ok) throw new Error(`${answer.status}: ${words}`);
	announce(words.startsWith('{') ? 'Done.' : words);
};
const act = (words, explanation, yes, path, body = () => null, method = 'POST') => dialog(words, explanation, yes, [], () => send(path, method, body ? body() : null));
const restart = member => dialog(`Restart PostgreSQL on ${member.name}?`, leads(member) ? 'It is the primary: nobody can write meanwhile.' : 'Its readers are disconnected.', 'Restart', [], () => send('/restart', 'POST', {}));
function switchover() {
	const leader = members.find(leads), choice = h('select', {}, h('option', {value: ''}, 'whoever is best'),
		members.filter(member => !leads(member) && !member.tags.nofailover).map(member => h('option', {value: member.name}, member.name)));
	if (!leader) return;
	dialog(`Switch over from ${leader.name}?`, 'It stops cleanly, and another member takes over; nothing is lost.', 'Switch over', [field('To', choice)],
		() => send('/switchover', 'POST', {leader: leader.name, candidate: choice.value || null}));
}
$('dialog-no').addEventListener('click', () => $('dialog').close());
// the event comes late: the next dialog may be open already
$('dialog').addEventListener('close', () => $('dialog').open || $('dialog-fields').replaceChildren());
$('sign').addEventListener('click', async () => {
	if (authorization) {
		authorization = null;
		await signIn().catch(() => {});
		announce('Signed out.');
		return render();
	}
	const user = h('input', {autocomplete: 'username', required: true}), password = h('input', {type: 'password', autocomplete: 'current-password', required: true});
	dialog('Sign in', 'With the user and password of restapi.authentication. They are forgotten when this page is left.', 'Sign in', [field('User', user), field('Password', password)], async () => {
		authorization = 'Basic ' + btoa(String.fromCharCode(...new TextEncoder().encode(`${user.value}:${password.value}`)));
		await signIn().catch(problem => { authorization = null; throw problem; });
		if (!access.granted) { authorization = null; throw new Error('The user or the password is wrong, or this machine may not change anything here.'); }
		announce('Signed in.');
		render();
	});
});
document.addEventListener('visibilitychange', loop);
let resized = 0;
addEventListener('resize', () => { cancelAnimationFrame(resized); resized = requestAnimationFrame(() => seen.cluster && draw()); });
loop();
