import type { DepartmentRow, TaskRow } from '../farm/configuration-rows.ts';
import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/find-rows.ts';
import { duplicateKey, missingRow, nullPointer, thrown, tooManyRows } from '../wire/cuebot-error.ts';
import type { Message } from '../wire/message-codec.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';

interface OfDepartment {
  readonly department: EntityReference | null;
}

type WithTasks = OfDepartment & { readonly tmap: Readonly<Record<string, number>> };

const INSERT_TASK = 'INSERT INTO task (pk_task,pk_point,str_shot,int_min_cores) VALUES (?,?,?,?)';

/** department.DepartmentInterface, keyed by the id of the pair of show and department. Delete exists nowhere. */
export function createDepartmentService({ farm }: Cuebot): ServiceHandlers {
  const departmentOf = ({ department }: OfDepartment) => pickRow(farm.departments, idOf(department));
  const changing =
    <Request extends OfDepartment>(change: (row: DepartmentRow, request: Request) => void) =>
    (request: Request) => {
      change(departmentOf(request), request);
      farm.touch();
      return DONE;
    };
  const addTasks = (row: DepartmentRow, tasks: WithTasks['tmap']): Message => {
    const added: TaskRow[] = [];
    for (const [shot, points] of Object.entries(tasks)) {
      added.push(insertTask(farm, row, shot, points / 100));
      failAfterStoring(farm);
    }
    return { tasks: { tasks: added.map((task) => viewTask(row, task)) } };
  };
  return {
    GetDepartmentNames: () => ({ names: farm.departmentNames }),
    AddDepartmentName({ name }: { name: string }) {
      if (farm.departmentNames.includes(name) && !farm.defects.has('double-names')) throw duplicateName(name);
      farm.departmentNames.push(name);
      farm.departmentNames.sort();
      farm.touch();
      const twins = farm.departmentNames.filter((other) => other === name).length;
      if (twins > 1) throw tooManyRows(twins);
      return DONE;
    },
    RemoveDepartmentName({ name }: { name: string }) {
      pickOnly(farm.departmentNames, (other) => other === name, missingRow);
      farm.departmentNames.splice(farm.departmentNames.indexOf(name), 1);
      farm.touch();
      return DONE;
    },
    GetTasks(request: OfDepartment) {
      const row = departmentOf(request);
      return { tasks: { tasks: row.tasks.map((task) => viewTask(row, task)) } };
    },
    AddTask(request: OfDepartment & { shot: string; minCores: number }) {
      const row = departmentOf(request);
      const task = insertTask(farm, row, request.shot, request.minCores);
      failAfterStoring(farm);
      return { task: viewTask(row, task) };
    },
    AddTasks: (request: WithTasks) => addTasks(departmentOf(request), request.tmap),
    ReplaceTasks(request: WithTasks) {
      const row = departmentOf(request);
      row.tasks = [];
      farm.touch();
      return addTasks(row, request.tmap);
    },
    ClearTasks: changing((row) => {
      row.tasks = [];
    }),
    ClearTaskAdjustments: changing((row) => {
      for (const task of row.tasks) task.adjustCores = 0;
    }),
    EnableTiManaged: changing((row, request: OfDepartment & { tiTask: string; managedCores: number }) => {
      row.tiManaged = true;
      row.tiTask = request.tiTask;
      row.minCores = Math.trunc(request.managedCores);
    }),
    DisableTiManaged: changing((row) => {
      row.tiManaged = false;
      row.tasks = [];
    }),
    SetManagedCores(request: OfDepartment & { managedCores: number }) {
      const row = departmentOf(request);
      if (farm.defects.has('department-tasks')) {
        // The query that asks whether the department is managed reads a boolean as a number.
        throw thrown('org.springframework.dao.DataIntegrityViolationException', 'Bad value for type int : t');
      }
      row.minCores = Math.trunc(request.managedCores);
      farm.touch();
      return DONE;
    },
  };
}

/** task.TaskInterface. Cuebot takes the name for the id, and a task that it listed has no name. */
export function createTaskService({ farm }: Cuebot): ServiceHandlers {
  const taskOf = ({ task }: { readonly task: EntityReference | null }) => {
    const id = (farm.defects.has('task-ids') ? task?.name : task?.id) ?? '';
    for (const department of farm.departments.values()) {
      const row = department.tasks.find((candidate) => candidate.id === id);
      if (row) return { row, department };
    }
    throw missingRow();
  };
  type OfTask = Parameters<typeof taskOf>[0];
  return {
    Delete(request: OfTask) {
      const { row, department } = taskOf(request);
      department.tasks = department.tasks.filter((task) => task !== row);
      farm.touch();
      return DONE;
    },
    ClearAdjustments(request: OfTask) {
      taskOf(request).row.adjustCores = 0;
      farm.touch();
      return DONE;
    },
    SetMinCores(request: OfTask & { newMinCores: number }) {
      const { row, department } = taskOf(request);
      if (farm.defects.has('task-ids')) {
        throw thrown('org.springframework.dao.DataIntegrityViolationException', 'Bad value for type int : t');
      }
      const cores = Math.trunc(request.newMinCores);
      if (department.tiManaged) row.adjustCores = cores - row.minCores;
      else row.minCores = cores;
      farm.touch();
      return DONE;
    },
  };
}

function insertTask(farm: Farm, department: DepartmentRow, shot: string, minCores: number): TaskRow {
  if (department.tasks.some((task) => task.shot === shot)) {
    throw duplicateKey(INSERT_TASK, 'c_task_uniq', `(str_shot, pk_point)=(${shot}, ${department.id})`);
  }
  const task = { id: farm.random.uuid(), shot, minCores, adjustCores: 0 };
  department.tasks = [...department.tasks, task].sort((a, b) => (a.shot < b.shot ? -1 : 1));
  farm.touch();
  return task;
}

/** Cuebot stores the task, then stumbles over its missing name while it answers. */
function failAfterStoring(farm: Farm): void {
  if (farm.defects.has('department-tasks')) throw nullPointer();
}

function duplicateName(name: string): Error {
  return duplicateKey('INSERT INTO dept (pk_dept,str_name) VALUES (?,?)', 'c_dept_name', `(str_name)=(${name})`);
}

/** task.Task, whose `name` and `point_id` exist in the message and are never filled. */
function viewTask({ dept }: DepartmentRow, task: TaskRow): Message {
  return { ...task, dept };
}
